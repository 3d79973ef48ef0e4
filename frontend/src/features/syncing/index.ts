export { AccountSyncPanel } from './AccountSyncPanel';
export { SyncStatus } from './SyncStatus';
