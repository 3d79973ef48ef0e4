/**
 * Compares our own types with those generated from the server's OpenAPI; compiles to nothing.
 *
 * Each line fails to compile when the server's shape is no longer one that we can read, so drift
 * is found by `npm run types` after `npm run api`.
 */
import type { Change } from '@/domain/change';
import type {
  Account,
  EmailDetail,
  EmailSummary,
  Mailbox,
  OpenIntent,
  Operation,
  Outcome,
  Session,
} from '@/domain/entities';
import type { components } from './schema';

type Schemas = components['schemas'];

/** True if every value of the server's type is one of ours. */
type Reads<Ours, Servers extends Ours> = Servers extends Ours ? true : never;

export type Contract = [
  Reads<Account, Schemas['Account']>,
  Reads<Mailbox, Schemas['Mailbox']>,
  Reads<EmailSummary, Schemas['EmailSummary']>,
  Reads<EmailDetail, Schemas['Email']>,
  Reads<Session, Schemas['Session']>,
  Reads<Outcome, Schemas['ActionOutcome']>,
  Reads<OpenIntent, Schemas['Intent']>,
  Reads<Operation, Schemas['Operation']>,
  Reads<
    Change,
    | Schemas['EmailReceived']
    | Schemas['EmailRead']
    | Schemas['EmailUnread']
    | Schemas['EmailStarred']
    | Schemas['EmailFlagged']
    | Schemas['EmailUpdated']
    | Schemas['EmailMoved']
    | Schemas['EmailDeleted']
    | Schemas['MailboxCreated']
    | Schemas['MailboxUpdated']
    | Schemas['MailboxDeleted']
    | Schemas['AccountStateChanged']
    | Schemas['SyncProgress']
    | Schemas['IntentRejected']
    | Schemas['IntentClosed']
    | Schemas['OperationUpdated']
    | Schemas['Reset']
  >,
];
