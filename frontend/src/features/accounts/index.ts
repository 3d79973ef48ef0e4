export { AccountMenu } from './AccountMenu';
export { EditAccountPage, NewAccountPage } from './AccountPage';
