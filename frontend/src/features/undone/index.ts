export { NotDonePage } from './NotDonePage';
