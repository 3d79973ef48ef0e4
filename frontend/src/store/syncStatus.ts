/** How far fetching has come, by mailbox and account. Pure. */
import type { Account, Mailbox } from '@/domain/entities';
import { type Facts, knownMailboxes, type SyncProgress } from './facts';

/** What is told of one mailbox's list; null when there is nothing to wait for. */
export function mailboxSync(facts: Facts, mailbox: Mailbox): SyncProgress | null {
  const told = facts.progress.get(mailbox.id);
  if (!told && mailbox.sync.state !== 'syncing') return null;
  const { done, total } = told ?? mailbox.sync;
  if (total === 0 || done >= total) return null;
  return { done, total, rate: told?.rate ?? 0, estimate_s: told?.estimate_s ?? null };
}

export type AccountSync = {
  readonly account: Account;
  /** Mailboxes whose lists are being fetched. */
  readonly lists: readonly { readonly mailbox: Mailbox; readonly progress: SyncProgress }[];
  /** Mailboxes that cannot be kept in step, each with its reason. */
  readonly broken: readonly Mailbox[];
  /** Mailboxes that were not looked at yet. */
  readonly waiting: number;
  /** The contents of the messages, once they are being fetched. */
  readonly bodies: SyncProgress | null;
};

export function accountSync(facts: Facts, account: Account): AccountSync {
  const own = [...knownMailboxes(facts).values()].filter((one) => one.account_id === account.id);
  const lists = own.flatMap((mailbox) => {
    const progress = mailboxSync(facts, mailbox);
    return progress ? [{ mailbox, progress }] : [];
  });
  const waiting = own.filter((one) => one.selectable && one.sync.state === 'waiting').length;
  const broken = own.filter((one) => one.sync.state === 'broken');
  return { account, lists, broken, waiting, bodies: facts.bodies.get(account.id) ?? null };
}

export type Overall = {
  readonly tone: 'ok' | 'busy' | 'warn' | 'danger';
  readonly words: string;
  /** 0..1 of what is being fetched; null when nothing is. */
  readonly part: number | null;
};

/** All accounts in one line: the worst first, then what is being done. */
export function overall(accounts: readonly AccountSync[]): Overall {
  const count = (state: Account['state']): number =>
    accounts.filter((one) => one.account.state === state).length;
  const ill = count('needs_attention');
  if (ill > 0) {
    const words = ill === 1 ? 'An account needs you' : `${ill} accounts need you`;
    return { tone: 'danger', words, part: null };
  }
  if (count('offline') > 0) {
    const isAll = count('offline') === accounts.length;
    return { tone: 'warn', words: isAll ? 'Offline, trying again' : 'An account is offline', part: null };
  }
  const lists = sum(accounts.flatMap((one) => one.lists.map((list) => list.progress)));
  if (lists) return { tone: 'busy', words: `Fetching lists, ${percent(lists)}`, part: lists };
  const bodies = sum(accounts.flatMap((one) => one.bodies ?? []));
  if (bodies) return { tone: 'busy', words: `Fetching contents, ${percent(bodies)}`, part: bodies };
  const isPaused = accounts.some((one) => one.account.paused !== null);
  if (isPaused) return { tone: 'warn', words: 'Contents wait for tomorrow', part: null };
  if (count('connecting') > 0) return { tone: 'busy', words: 'Connecting', part: null };
  if (count('syncing') > 0) return { tone: 'busy', words: 'Fetching mail', part: null };
  return { tone: 'ok', words: 'Up to date', part: null };
}

function sum(parts: readonly SyncProgress[]): number | null {
  const total = parts.reduce((all, part) => all + part.total, 0);
  return total === 0 ? null : parts.reduce((all, part) => all + part.done, 0) / total;
}

const percent = (part: number): string => `${Math.floor(part * 100)} %`;
