/** How a fact moves the rows of the lists it concerns. Pure. */
import type { EmailId, EmailSummary, List, MailboxId } from '@/domain/entities';
import { type ListQuery, listKey, matches, shows } from '@/domain/listQuery';
import { cutAt, evict, indexOf, insert, put, remove, stale, staleWhere } from '@/domain/segments';
import { type EmailList, type Facts, knownMailboxes, withEntry } from './facts';

const KEPT_ROWS = 6_000; // 60 pages of 100: a long fling back and forth without refetching
const KEPT_LISTS = 8;
const KEPT_EMAILS = 12_000;

type Lists = Facts['lists'];

const mapLists = (lists: Lists, change: (list: EmailList) => EmailList): Lists => {
  const next = new Map<string, EmailList>();
  let changed = false;
  for (const [key, list] of lists) {
    const other = change(list);
    changed ||= other !== list;
    next.set(key, other);
  }
  return changed ? next : lists;
};

/** Newest first; equal dates by id, as the server sorts. */
const isNewer = (a: EmailSummary, b: EmailSummary | undefined): boolean =>
  b !== undefined && (a.date > b.date || (a.date === b.date && a.id > b.id));

/** A new email appears in every loaded list that covers it. */
export function listsWithEmail(facts: Facts, email: EmailSummary): Lists {
  const mailboxes = knownMailboxes(facts);
  return mapLists(facts.lists, (list) => {
    if (list.total === null || !matches(list.query, email, mailboxes)) return list;
    if (indexOf(list.segments, email.id) >= 0) return list;
    const before = (other: EmailId): boolean => isNewer(email, facts.emails.get(other));
    const segments = insert(list.segments, email.id, before, list.total);
    return { ...list, segments, total: list.total + 1 };
  });
}

/** An email leaves the lists that showed it as one of the mailbox `from`. */
export function listsWithoutEmail(facts: Facts, id: EmailId, from: MailboxId): Lists {
  const mailboxes = knownMailboxes(facts);
  const email = facts.emails.get(id);
  return mapLists(facts.lists, (list) => {
    if (list.total === null || !shows(list.query, from, mailboxes)) return list;
    const isListed = indexOf(list.segments, id) >= 0;
    // An email that is known, and not as one of this list, has left it before.
    if (!isListed && email && !(email.mailbox_ids.includes(from) && matches(list.query, email, mailboxes))) {
      return list;
    }
    const total = Math.max(0, list.total - 1);
    return { ...list, segments: cutAt(remove(list.segments, id), total), total };
  });
}

/** Rows that may have changed in ways the change does not tell. */
export function listsWithDoubt(facts: Facts, doubtful: ReadonlySet<EmailId> | 'all'): Lists {
  return mapLists(facts.lists, (list) => ({
    ...list,
    segments: doubtful === 'all' ? stale(list.segments) : staleWhere(list.segments, doubtful),
  }));
}

/** One page of the server's answer: its rows, its total, its summaries. */
export function withListPage(
  facts: Facts,
  query: ListQuery,
  offset: number,
  page: List<EmailSummary>,
): Facts {
  const key = listKey(query);
  const old = facts.lists.get(key);
  const ids = page.items.map((email) => email.id);
  const total = page.total ?? likelyTotal(old, offset, page);
  const laid = cutAt(put(old?.segments ?? [], offset, ids), total);
  const segments = evict(laid, offset, KEPT_ROWS);
  const lists = withEntry(facts.lists, key, { query, total, segments });
  for (const oldest of lists.keys()) {
    if (lists.size <= KEPT_LISTS) break;
    lists.delete(oldest);
  }
  const emails = new Map(facts.emails);
  for (const email of page.items) emails.set(email.id, email);
  return { ...facts, lists, emails: emails.size > KEPT_EMAILS ? inUse(emails, { ...facts, lists }) : emails };
}

/** Where the server does not count: as far as is known, and one page more while there is more. */
function likelyTotal(old: EmailList | undefined, offset: number, page: List<EmailSummary>): number {
  const end = offset + page.items.length;
  return page.next_cursor === null ? end : Math.max(old?.total ?? 0, end + page.items.length);
}

/** Only the summaries that a list or an opened message still shows. */
function inUse(emails: Facts['emails'], facts: Facts): Facts['emails'] {
  const used = new Set(facts.details.keys());
  for (const list of facts.lists.values()) {
    for (const segment of list.segments) for (const id of segment.ids) used.add(id);
  }
  return new Map([...emails].filter(([id]) => used.has(id)));
}
