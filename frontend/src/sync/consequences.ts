/** What a batch of changes makes us ask the server again. Pure. */
import type { Change } from '@/domain/change';
import type { EmailId } from '@/domain/entities';
import type { Facts } from '@/store/facts';

export type Consequences = {
  /** Rows on screen may differ. */
  readonly rows: boolean;
  /** Mailboxes and their counts: a change touched them without telling the new count. */
  readonly mailboxes: boolean;
  readonly accounts: boolean;
  /** Wishes that the server refused, or that a person decided about. */
  readonly intents: boolean;
  /** Whole messages in the cache that have changed. */
  readonly emails: readonly EmailId[];
};

const COUNTED: ReadonlySet<Change['type']> = new Set([
  'email_received',
  'email_read',
  'email_unread',
  'email_moved',
  'email_deleted',
]);

/** `before` are the facts without the batch. */
export function consequences(before: Facts, changes: readonly Change[]): Consequences {
  const told = new Set(changes.map((change) => change.type));
  const countsMoved = changes.some((change) => COUNTED.has(change.type));
  const isReset = told.has('reset');
  const emails = changes.flatMap((change) =>
    change.type === 'email_updated' ? change.email_ids.filter((id) => before.details.has(id)) : [],
  );
  return {
    rows: isReset || changes.some((change) => mayMoveRows(before, change)),
    mailboxes: isReset || (countsMoved && !told.has('mailbox_updated')),
    accounts: isReset,
    intents: isReset || told.has('intent_rejected') || told.has('intent_closed'),
    emails: [...new Set(emails)],
  };
}

function mayMoveRows(before: Facts, change: Change): boolean {
  switch (change.type) {
    case 'email_updated':
      return change.email_ids.some((id) => before.emails.has(id));
    case 'email_moved':
    case 'email_deleted':
      return true;
    case 'mailbox_created':
      return true;
    case 'mailbox_updated':
      return before.mailboxes?.get(change.mailbox_id)?.total !== change.mailbox.total;
    case 'sync_progress':
      return change.phase === 'envelopes';
    case 'account_state_changed':
      return change.account === null;
    default:
      return false;
  }
}
