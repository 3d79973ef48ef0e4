/** Which list of emails is on screen. Its key names the list in the store and never leaves the client. */
import type { EmailSummary, Mailbox, MailboxId } from './entities';

export type ListFilter = 'all' | 'unread' | 'starred';

/** `mailbox` is a mailbox id, or null for the inboxes of all accounts. */
export type ListQuery = { mailbox: MailboxId | null; filter: ListFilter };

export const ALL_INBOXES: ListQuery = { mailbox: null, filter: 'all' };

/** A stable name: equal queries have equal keys. */
export function listKey(query: ListQuery): string {
  return `${query.mailbox ?? 'inboxes'}/${query.filter}`;
}

/** Whether a list made by this query contains the mailbox. */
export function coversMailbox(query: ListQuery, mailbox: Mailbox): boolean {
  return query.mailbox === null ? mailbox.role === 'inbox' : query.mailbox === mailbox.id;
}

/** Whether a list made by this query contains the mailbox of this id, as far as is known. */
export function shows(query: ListQuery, id: MailboxId, mailboxes: ReadonlyMap<MailboxId, Mailbox>): boolean {
  const mailbox = mailboxes.get(id);
  return mailbox ? coversMailbox(query, mailbox) : query.mailbox === id;
}

/** Whether the server would list this email now. */
export function matches(
  query: ListQuery,
  email: EmailSummary,
  mailboxes: ReadonlyMap<MailboxId, Mailbox>,
): boolean {
  if (query.filter === 'unread' && email.is_read) return false;
  if (query.filter === 'starred' && !email.is_starred) return false;
  return email.mailbox_ids.some((id) => shows(query, id, mailboxes));
}
