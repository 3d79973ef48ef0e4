/** The server's persisted stream of changes: one small fact each, in `seq` order. */
import type {
  Account,
  AccountError,
  AccountId,
  AccountState,
  EmailId,
  EmailSummary,
  IntentKind,
  Mailbox,
  MailboxId,
  Operation,
} from './entities';

type Stamp = { seq: number; time: string; account_id: AccountId | null };

export type SyncPhase = 'envelopes' | 'bodies';

type Told =
  | { type: 'email_received'; email_id: EmailId; mailbox_id: MailboxId; email: EmailSummary }
  | { type: 'email_read' | 'email_unread'; email_id: EmailId }
  | { type: 'email_starred'; email_id: EmailId; is_starred: boolean }
  | { type: 'email_flagged'; email_id: EmailId; is_flagged: boolean }
  | { type: 'email_updated'; email_ids: readonly EmailId[] }
  | {
      type: 'email_moved';
      email_id: EmailId;
      from_mailbox_id: MailboxId | null;
      to_mailbox_id: MailboxId;
    }
  | { type: 'email_deleted'; email_id: EmailId; mailbox_id: MailboxId }
  | { type: 'mailbox_created' | 'mailbox_updated'; mailbox_id: MailboxId; mailbox: Mailbox }
  | { type: 'mailbox_deleted'; mailbox_id: MailboxId }
  | {
      type: 'account_state_changed';
      state: AccountState | 'removed';
      error: AccountError | null;
      account: Account | null;
    }
  | {
      type: 'sync_progress';
      /** null for bodies, which are counted by account. */
      mailbox_id: MailboxId | null;
      phase: SyncPhase;
      done: number;
      total: number;
      rate: number;
      estimate_s: number | null;
    }
  | {
      type: 'intent_rejected';
      intent_id: string;
      /** Null for a wish about a mailbox, as `mailbox_id` is for one about an email. */
      email_id: EmailId | null;
      mailbox_id: MailboxId | null;
      kind: IntentKind;
      code: string;
      message: string;
    }
  | { type: 'intent_closed'; intent_ids: readonly string[] }
  | { type: 'operation_updated'; operation_id: string; operation: Operation }
  | { type: 'reset'; reason: string; mailbox_id: MailboxId | null };

/** One member per type, each with its stamp, so that `type` narrows. */
type Stamped<One extends { type: string }> = One extends unknown
  ? { [Type in One['type']]: Omit<One, 'type'> & { type: Type } & Stamp }[One['type']]
  : never;

export type Change = Stamped<Told>;

export type ChangeType = Change['type'];

/** Every type this client understands; a newer server may send more, which are skipped by seq only. */
export const CHANGE_TYPES = [
  'email_received',
  'email_read',
  'email_unread',
  'email_starred',
  'email_flagged',
  'email_updated',
  'email_moved',
  'email_deleted',
  'mailbox_created',
  'mailbox_updated',
  'mailbox_deleted',
  'account_state_changed',
  'sync_progress',
  'intent_rejected',
  'intent_closed',
  'operation_updated',
  'reset',
] as const satisfies readonly ChangeType[];

const KNOWN: ReadonlySet<string> = new Set(CHANGE_TYPES);

/** Whether a decoded message of the stream is a change we know how to apply. */
export function isKnownChange(value: { type: string }): value is Change {
  return KNOWN.has(value.type);
}

/** Ends a switch over a closed union: does not compile while a variant is missing. */
export function assertNever(value: never): never {
  throw new Error(`unhandled variant: ${JSON.stringify(value)}`);
}
