/** How components read the store. */
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { Account, EmailId, EmailSummary, Mailbox } from '@/domain/entities';
import { coversMailbox, type ListQuery, listKey } from '@/domain/listQuery';
import { type EmailList, knownMailboxes } from './facts';
import { drawnEmail, drawnList, type Overlay, unreadShift } from './overlay';
import type { State, Store } from './store';

const StoreContext = createContext<Store | null>(null);

export function StoreProvider(props: { store: Store; children: ReactNode }) {
  return <StoreContext value={props.store}>{props.children}</StoreContext>;
}

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error('StoreProvider is missing');
  return store;
}

/** Read one value; it must be the same object while nothing about it changed. */
export function useSelect<Value>(select: (state: State) => Value): Value {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}

const memo = new WeakMap<EmailSummary, { overlay: Overlay; drawn: EmailSummary }>();

/** The email as drawn (facts and wishes), remembered so that unchanged rows are not drawn again. */
export function selectEmail(state: State, id: EmailId): EmailSummary | undefined {
  const fact = state.facts.emails.get(id);
  if (!fact || fact.mailbox_ids.length === 0) return undefined; // deleted
  if (state.overlay.length === 0) return fact;
  const known = memo.get(fact);
  if (known?.overlay === state.overlay) return known.drawn;
  const drawn = drawnEmail(fact, state.overlay);
  const kept = known && sameFlags(known.drawn, drawn) ? known.drawn : drawn;
  memo.set(fact, { overlay: state.overlay, drawn: kept });
  return kept;
}

const sameFlags = (a: EmailSummary, b: EmailSummary): boolean =>
  a.is_read === b.is_read && a.is_starred === b.is_starred;

const listMemo = new WeakMap<EmailList, { overlay: Overlay; drawn: EmailList }>();

/** The list as drawn, remembered while neither its facts nor the wishes change. */
export function selectList(state: State, query: ListQuery): EmailList | undefined {
  const fact = state.facts.lists.get(listKey(query));
  if (!fact || state.overlay.length === 0) return fact;
  const known = listMemo.get(fact);
  if (known?.overlay === state.overlay) return known.drawn;
  const drawn = drawnList(fact, state.overlay, knownMailboxes(state.facts));
  listMemo.set(fact, { overlay: state.overlay, drawn });
  return drawn;
}

/** Unread messages of a mailbox, wishes included. */
export const selectUnread = (state: State, mailbox: Mailbox): number =>
  Math.max(0, mailbox.unread + unreadShift(state.overlay, mailbox.id));

/** Unread messages of all mailboxes that a list covers. */
export function selectListUnread(state: State, query: ListQuery): number {
  let sum = 0;
  for (const mailbox of state.facts.mailboxes?.values() ?? []) {
    if (coversMailbox(query, mailbox)) sum += selectUnread(state, mailbox);
  }
  return sum;
}

const NO_ACCOUNTS: ReadonlyMap<string, Account> = new Map();

export const selectAccounts = (state: State): ReadonlyMap<string, Account> =>
  state.facts.accounts ?? NO_ACCOUNTS;
