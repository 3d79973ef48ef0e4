/** How far the first sync of a list's mailboxes has come. Pure. */
import { coversMailbox, type ListQuery } from '@/domain/listQuery';
import { type Facts, knownMailboxes } from '@/store/facts';
import { mailboxSync } from '@/store/syncStatus';

export type FirstSync = { readonly done: number; readonly total: number; readonly seconds: number | null };

/** All mailboxes of the list together; they are fetched side by side, so the longest counts. */
export function firstSync(facts: Facts, query: ListQuery): FirstSync | null {
  const parts = [...knownMailboxes(facts).values()]
    .filter((mailbox) => coversMailbox(query, mailbox))
    .flatMap((mailbox) => mailboxSync(facts, mailbox) ?? []);
  if (parts.length === 0) return null;
  const seconds = parts.flatMap((part) => part.estimate_s ?? []);
  return {
    done: parts.reduce((sum, part) => sum + part.done, 0),
    total: parts.reduce((sum, part) => sum + part.total, 0),
    seconds: seconds.length > 0 ? Math.max(...seconds) : null,
  };
}
