/** How components reach the synchroniser. */
import { createContext, type ReactNode, useContext } from 'react';
import type { ListWindow } from './listWindow';
import type { MessageLoader } from './messageLoader';

export type Sync = { readonly list: ListWindow; readonly messages: MessageLoader };

const SyncContext = createContext<Sync | null>(null);

export function SyncProvider(props: { sync: Sync; children: ReactNode }) {
  return <SyncContext value={props.sync}>{props.children}</SyncContext>;
}

export function useSync(): Sync {
  const sync = useContext(SyncContext);
  if (!sync) throw new Error('SyncProvider is missing');
  return sync;
}
