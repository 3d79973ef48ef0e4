export { NotDoneLink } from './NotDoneLink';
export { RunningBatches } from './RunningBatches';
