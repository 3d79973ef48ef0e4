/** How far the first sync of a list's mailboxes has come. Pure. */
import type { Mailbox } from '@/domain/entities';
import { coversMailbox, type ListQuery } from '@/domain/listQuery';
import { type Facts, knownMailboxes } from '@/store/facts';

export type FirstSync = { readonly done: number; readonly total: number; readonly seconds: number | null };

/** What is told of one mailbox's envelopes; null when there is nothing to wait for. */
function ofMailbox(facts: Facts, mailbox: Mailbox): FirstSync | null {
  const told = facts.progress.get(mailbox.id);
  const isFetching = told !== undefined || mailbox.sync.state === 'syncing';
  const { done, total } = told ?? mailbox.sync;
  if (!isFetching || total === 0 || done >= total) return null;
  return { done, total, seconds: told?.estimate_s ?? null };
}

/** All mailboxes of the list together; they are fetched side by side, so the longest counts. */
export function firstSync(facts: Facts, query: ListQuery): FirstSync | null {
  const parts = [...knownMailboxes(facts).values()]
    .filter((mailbox) => coversMailbox(query, mailbox))
    .flatMap((mailbox) => ofMailbox(facts, mailbox) ?? []);
  if (parts.length === 0) return null;
  const seconds = parts.flatMap((part) => part.seconds ?? []);
  return {
    done: parts.reduce((sum, part) => sum + part.done, 0),
    total: parts.reduce((sum, part) => sum + part.total, 0),
    seconds: seconds.length > 0 ? Math.max(...seconds) : null,
  };
}
