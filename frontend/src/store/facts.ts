/** What the server has told us. Only `applyChange` makes new facts. */
import type {
  Account,
  AccountId,
  EmailDetail,
  EmailId,
  EmailSummary,
  Mailbox,
  MailboxId,
  OpenIntent,
  Operation,
  Session,
} from '@/domain/entities';
import type { ListQuery } from '@/domain/listQuery';
import type { Segments } from '@/domain/segments';

/** A list of emails by index. `total` is null until the first answer. */
export type EmailList = {
  readonly query: ListQuery;
  readonly total: number | null;
  readonly segments: Segments;
};

export type SyncProgress = {
  readonly done: number;
  readonly total: number;
  /** Messages a second. */
  readonly rate: number;
  readonly estimate_s: number | null;
};

/** Wishes that were refused or given up: the newest of them, and how many there are. */
export type GivenUp = { readonly items: readonly OpenIntent[]; readonly total: number };

export type Facts = {
  readonly session: Session | null;
  /** null until the first answer; so are `mailboxes`. */
  readonly accounts: ReadonlyMap<AccountId, Account> | null;
  readonly mailboxes: ReadonlyMap<MailboxId, Mailbox> | null;
  readonly emails: ReadonlyMap<EmailId, EmailSummary>;
  /** Whole messages, most recently answered last. */
  readonly details: ReadonlyMap<EmailId, EmailDetail>;
  readonly lists: ReadonlyMap<string, EmailList>;
  /** Envelopes by mailbox and bodies by account, while they are being fetched. */
  readonly progress: ReadonlyMap<MailboxId, SyncProgress>;
  readonly bodies: ReadonlyMap<AccountId, SyncProgress>;
  readonly givenUp: GivenUp;
  /** Batches that the mail server has not carried out to their end. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** The last change that is part of these facts. */
  readonly seq: number;
};

export const NO_FACTS: Facts = {
  session: null,
  accounts: null,
  mailboxes: null,
  emails: new Map(),
  details: new Map(),
  lists: new Map(),
  progress: new Map(),
  bodies: new Map(),
  givenUp: { items: [], total: 0 },
  operations: new Map(),
  seq: 0,
};

const NO_MAILBOXES: ReadonlyMap<MailboxId, Mailbox> = new Map();

/** The known mailboxes, none before the first answer. */
export const knownMailboxes = (facts: Facts): ReadonlyMap<MailboxId, Mailbox> =>
  facts.mailboxes ?? NO_MAILBOXES;

/** A copy of the map with one entry set (and moved to the end). */
export function withEntry<K, V>(map: ReadonlyMap<K, V> | null, key: K, value: V): Map<K, V> {
  const copy = new Map(map);
  copy.delete(key);
  copy.set(key, value);
  return copy;
}

/** A copy of the map with one entry replaced in its place. */
export function withValue<K, V>(map: ReadonlyMap<K, V> | null, key: K, value: V): Map<K, V> {
  return new Map(map).set(key, value);
}

/** A copy of the map without one key; the same map if it is not there. */
export function withoutKey<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
