/** Where the person is, as the address says it. Pure. */
import type { EmailId, MailboxId } from '@/domain/entities';
import type { ListFilter, ListQuery } from '@/domain/listQuery';

export type Place =
  | { readonly kind: 'mail'; readonly query: ListQuery; readonly open: EmailId | null }
  | { readonly kind: 'new-account' }
  | { readonly kind: 'account'; readonly id: string }
  | { readonly kind: 'not-done' };

const FILTERS: readonly ListFilter[] = ['all', 'unread', 'starred'];

/** Read a path such as `/mailbox/12/email/345` and its query; anything unknown is the inbox. */
export function readPlace(path: string, search: string): Place {
  const parts = path.split('/').filter(Boolean).map(decode);
  if (parts[0] === 'accounts') {
    return parts[1] === undefined || parts[1] === 'new'
      ? { kind: 'new-account' }
      : { kind: 'account', id: parts[1] };
  }
  if (parts[0] === 'not-done') return { kind: 'not-done' };
  const shown = new URLSearchParams(search).get('show');
  const filter = FILTERS.find((one) => one === shown) ?? 'all';
  const mailbox = parts[0] === 'mailbox' ? (parts[1] ?? null) : null;
  const rest = mailbox === null ? parts : parts.slice(2);
  const open = rest[0] === 'email' ? (rest[1] ?? null) : null;
  return { kind: 'mail', query: { mailbox, filter }, open };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign is no address of ours, and no reason to fail
  }
}

/** The address of a list, or of a message in it. */
export function placePath(mailbox: MailboxId | null, filter: ListFilter, open: EmailId | null): string {
  const list = mailbox === null ? '' : `/mailbox/${encodeURIComponent(mailbox)}`;
  const email = open === null ? '' : `/email/${encodeURIComponent(open)}`;
  const search = filter === 'all' ? '' : `?show=${filter}`;
  return `${list}${email}${search}`.replace(/^(?=\?|$)/, '/');
}
