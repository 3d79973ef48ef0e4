/** Every call this client makes, by name. */

import type { Change } from '@/domain/change';
import type {
  Account,
  AccountId,
  EmailDetail,
  EmailId,
  EmailSummary,
  ImapSettings,
  IntentKind,
  List,
  Mailbox,
  MailboxId,
  NewAccount,
  OpenIntent,
  Operation,
  Outcome,
  Session,
} from '@/domain/entities';
import type { ListQuery } from '@/domain/listQuery';
import { newKey, send } from './http';

export const getSession = (): Promise<Session> => send('GET', '/api/session');

export const signIn = (linkToken: string): Promise<Session> =>
  send('POST', '/api/session', { body: { link_token: linkToken } });

export const signOut = (): Promise<void> => send('DELETE', '/api/session');

export const getAccounts = (): Promise<List<Account>> => send('GET', '/api/accounts');

export const addAccount = (account: NewAccount, signal: AbortSignal): Promise<Account> =>
  send('POST', '/api/accounts', { body: account, signal, idempotencyKey: newKey() });

export const changeAccount = (
  id: AccountId,
  change: { imap: Partial<ImapSettings> },
  signal: AbortSignal,
): Promise<Account> => send('PATCH', `/api/accounts/${encodeURIComponent(id)}`, { body: change, signal });

export const removeAccount = (id: AccountId): Promise<void> =>
  send('DELETE', `/api/accounts/${encodeURIComponent(id)}`);

export const startDemo = (): Promise<Account> => send('POST', '/api/demo', { idempotencyKey: newKey() });

/** What came of a change of mailboxes; `operation_id` is what undo takes. */
export type MailboxOutcome = { operation_id: string; mailbox: Mailbox | null };

export const createMailbox = (
  account: AccountId,
  name: string,
  parent: MailboxId | null,
): Promise<MailboxOutcome> =>
  send('POST', '/api/mailboxes', {
    body: { account_id: account, name, parent_id: parent },
    idempotencyKey: newKey(),
  });

export type MailboxEdit = {
  name?: string;
  /** null moves it to the top. */
  parent_id?: MailboxId | null;
  subscribed?: boolean;
  watched?: boolean;
};

export const changeMailbox = (id: MailboxId, edit: MailboxEdit): Promise<MailboxOutcome> =>
  send('PATCH', `/api/mailboxes/${encodeURIComponent(id)}`, { body: edit });

/** With all below it; `permanent`: its emails for good, not to Trash. */
export const deleteMailbox = (id: MailboxId, permanent: boolean): Promise<MailboxOutcome> =>
  send('DELETE', `/api/mailboxes/${encodeURIComponent(id)}`, { query: { permanent } });

export const getMailboxes = (): Promise<List<Mailbox>> => send('GET', '/api/mailboxes');

/** One page of a list by index; `offset` counts rows from the newest. */
export const getEmails = (
  query: ListQuery,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<List<EmailSummary>> =>
  send('GET', '/api/emails', {
    query: {
      mailbox: query.mailbox,
      unread: query.filter === 'unread' ? true : null,
      starred: query.filter === 'starred' ? true : null,
      offset,
      limit,
    },
    signal,
  });

export const getEmail = (id: EmailId, signal: AbortSignal): Promise<EmailDetail> =>
  send('GET', `/api/email/${encodeURIComponent(id)}`, { signal });

export const setRead = (id: EmailId, value: boolean): Promise<EmailSummary> =>
  send('POST', `/api/emails/${encodeURIComponent(id)}/${value ? 'read' : 'unread'}`);

export const setStarred = (id: EmailId, value: boolean): Promise<EmailSummary> =>
  send('POST', `/api/emails/${encodeURIComponent(id)}/star`, { body: { value } });

export type BatchOrder = {
  action: 'archive' | 'delete' | 'spam' | 'not_spam' | 'move' | 'read' | 'unread' | 'star' | 'unstar';
  /** The mailbox to take the emails out of. */
  source?: MailboxId;
  /** Where `move` moves to. */
  mailbox?: MailboxId;
  permanent?: boolean;
};

/** Do one thing with up to 1,000 emails; the answer says what could not be done. */
export const actOn = (ids: readonly EmailId[], order: BatchOrder): Promise<Outcome> =>
  send('POST', '/api/emails/batch', { body: { ids, ...order } });

export const undoOperation = (id: string): Promise<Outcome> =>
  send('POST', `/api/operations/${encodeURIComponent(id)}/undo`);

/** What was done with emails, newest first. */
export const getOperations = (): Promise<List<Operation>> =>
  send('GET', '/api/operations', { query: { limit: 20 } });

/** Wishes that the mail servers refused, or that were given up after many tries, newest first. */
export const getGivenUp = (): Promise<List<OpenIntent>> =>
  send('GET', '/api/intents?state=parked&state=rejected&limit=200');

/** Wishes on their way to the mail servers, newest first. */
export const getWaiting = (): Promise<List<OpenIntent>> =>
  send('GET', '/api/intents', { query: { state: 'pending', limit: 50 } });

/** Open wishes by id, or all that were given up, of one kind if told. */
export type IntentChoice = { ids: readonly string[] } | { kind?: IntentKind };

export const retryIntents = (choice: IntentChoice): Promise<{ matched: number; changed: number }> =>
  send('POST', '/api/intents/retry', { body: choice });

export const dropIntents = (choice: IntentChoice): Promise<{ dropped: number }> =>
  send('POST', '/api/intents/drop', { body: choice });

/** Look at all mailboxes now, of one account or of all. */
export const syncNow = (account: AccountId | null): Promise<{ accounts: AccountId[] }> =>
  send('POST', '/api/sync', { body: account === null ? {} : { account_id: account } });

export type ChangePage = { items: readonly Change[]; next_since: number; reset: boolean };

/** Changes in one answer, at most; fewer mean that there are no more. */
export const CHANGES_PAGE = 500;

/** The changes after `since`; `reset` means that they are no longer kept. */
export const getChanges = (since: number): Promise<ChangePage> =>
  send('GET', '/api/changes', { query: { since, limit: CHANGES_PAGE } });
