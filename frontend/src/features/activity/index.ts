export { NotDoneLink } from './NotDoneLink';
export { NotDonePage } from './NotDonePage';
export { RunningBatches } from './RunningBatches';
