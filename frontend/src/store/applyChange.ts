/**
 * The only writer of facts.
 *
 * Takes what the stream tells (`Change`) and what requests answer (`Answer`), one at a time, and
 * returns new facts; the same object when nothing changed. Pure. A change of the stream that is
 * part of the facts already is skipped, so replays and several sources do no harm.
 */
import { assertNever, type Change } from '@/domain/change';
import type {
  Account,
  EmailDetail,
  EmailId,
  EmailSummary,
  List,
  Mailbox,
  MailboxId,
  OpenIntent,
  Operation,
  Session,
} from '@/domain/entities';
import type { ListQuery } from '@/domain/listQuery';
import { type Facts, knownMailboxes, withEntry, withoutKey, withValue } from './facts';
import { listsWithDoubt, listsWithEmail, listsWithoutEmail, withListPage } from './lists';

const KEPT_DETAILS = 60;

/** What a request answered; named apart from changes, which the server pushes. */
export type Answer =
  | { type: 'session_answered'; session: Session | null }
  | { type: 'accounts_answered'; accounts: readonly Account[] }
  | { type: 'account_answered'; account: Account }
  | { type: 'account_removed'; account_id: string }
  | { type: 'mailboxes_answered'; mailboxes: readonly Mailbox[] }
  | { type: 'mailbox_answered'; mailbox: Mailbox }
  | { type: 'mailbox_gone'; mailbox_id: MailboxId }
  | { type: 'page_answered'; query: ListQuery; offset: number; page: List<EmailSummary> }
  | { type: 'email_answered'; email: EmailDetail }
  | { type: 'flag_answered'; email_id: EmailId; flag: Flag; value: boolean }
  | { type: 'place_answered'; email_id: EmailId; from: MailboxId | null; to: MailboxId | null }
  | { type: 'given_up_answered'; page: List<OpenIntent> }
  | { type: 'intents_let_go'; ids: readonly string[] }
  | { type: 'stream_opened'; seq: number }
  | { type: 'rows_doubted' };

export type Flag = 'is_read' | 'is_starred' | 'is_flagged';

export function applyChange(facts: Facts, change: Change | Answer): Facts {
  if (!isChange(change)) return applyAnswer(facts, change);
  // The server does not know our place in its log: its place counts, even if it lies before ours.
  if (change.type === 'reset') return { ...applyTold(facts, change), seq: change.seq };
  if (change.seq <= facts.seq) return facts;
  const next = applyTold(facts, change);
  return { ...next, seq: change.seq };
}

const isChange = (change: Change | Answer): change is Change => 'seq' in change && 'time' in change;

function applyTold(facts: Facts, change: Change): Facts {
  switch (change.type) {
    case 'email_received':
      return withEmail(facts, change.email);
    case 'email_read':
      return withFlag(facts, change.email_id, 'is_read', true);
    case 'email_unread':
      return withFlag(facts, change.email_id, 'is_read', false);
    case 'email_starred':
      return withFlag(facts, change.email_id, 'is_starred', change.is_starred);
    case 'email_flagged':
      return withFlag(facts, change.email_id, 'is_flagged', change.is_flagged);
    case 'email_updated':
      return { ...facts, lists: listsWithDoubt(facts, new Set(change.email_ids)) };
    case 'email_moved':
      return withMove(facts, change.email_id, change.from_mailbox_id, change.to_mailbox_id);
    case 'email_deleted':
      return withMove(facts, change.email_id, change.mailbox_id, null);
    case 'mailbox_created':
    case 'mailbox_updated':
      return { ...facts, mailboxes: withValue(facts.mailboxes, change.mailbox_id, change.mailbox) };
    case 'mailbox_deleted':
      return { ...facts, mailboxes: withoutKey(knownMailboxes(facts), change.mailbox_id) };
    case 'account_state_changed':
      return withAccountState(facts, change);
    case 'sync_progress':
      return withProgress(facts, change);
    case 'intent_rejected': // the changes before it told what is so instead; the list is asked for
      return facts;
    case 'intent_closed':
      return withoutIntents(facts, change.intent_ids);
    case 'operation_updated':
      return withOperation(facts, change.operation);
    case 'reset':
      return { ...facts, lists: listsWithDoubt(facts, 'all'), details: new Map() };
    default:
      return assertNever(change);
  }
}

function applyAnswer(facts: Facts, answer: Answer): Facts {
  switch (answer.type) {
    case 'session_answered':
      return { ...facts, session: answer.session };
    case 'accounts_answered':
      return { ...facts, accounts: byId(answer.accounts) };
    case 'account_answered':
      return { ...facts, accounts: withValue(facts.accounts, answer.account.id, answer.account) };
    case 'account_removed':
      return withoutAccount(facts, answer.account_id);
    case 'mailbox_answered':
      return { ...facts, mailboxes: withValue(facts.mailboxes, answer.mailbox.id, answer.mailbox) };
    case 'mailbox_gone':
      return { ...facts, mailboxes: withoutKey(knownMailboxes(facts), answer.mailbox_id) };
    case 'mailboxes_answered':
      return { ...facts, mailboxes: byId(answer.mailboxes) };
    case 'page_answered':
      return withListPage(facts, answer.query, answer.offset, answer.page);
    case 'email_answered':
      return withDetail(facts, answer.email);
    case 'flag_answered':
      return withFlag(facts, answer.email_id, answer.flag, answer.value);
    case 'place_answered':
      return withMove(facts, answer.email_id, answer.from, answer.to);
    case 'given_up_answered': {
      const { items, total } = answer.page;
      return { ...facts, givenUp: { items, total: total ?? items.length } };
    }
    case 'intents_let_go':
      return withoutIntents(facts, answer.ids);
    case 'stream_opened':
      return { ...facts, seq: answer.seq };
    case 'rows_doubted':
      return { ...facts, lists: listsWithDoubt(facts, 'all') };
    default:
      return assertNever(answer);
  }
}

const byId = <One extends { id: string }>(items: readonly One[]): Map<string, One> =>
  new Map(items.map((item) => [item.id, item]));

function withEmail(facts: Facts, email: EmailSummary): Facts {
  const emails = withValue(facts.emails, email.id, email);
  return { ...facts, emails, lists: listsWithEmail({ ...facts, emails }, email) };
}

function withFlag(facts: Facts, id: EmailId, flag: Flag, value: boolean): Facts {
  const email = facts.emails.get(id);
  if (!email || email[flag] === value) return facts;
  return { ...facts, emails: withValue(facts.emails, id, { ...email, [flag]: value }) };
}

/**
 * From one mailbox to another, from or to nowhere; the lists follow. Told again it changes nothing.
 *
 * An email that lies nowhere is kept without mailboxes: a deletion may be taken back.
 */
function withMove(facts: Facts, id: EmailId, from: MailboxId | null, to: MailboxId | null): Facts {
  const email = facts.emails.get(id);
  const lists = from === null ? facts.lists : listsWithoutEmail(facts, id, from);
  if (!email) return lists === facts.lists ? facts : { ...facts, lists };
  const kept = email.mailbox_ids.filter((one) => one !== from);
  const mailbox_ids = to === null || kept.includes(to) ? kept : [...kept, to];
  if (lists === facts.lists && isSameSet(mailbox_ids, email.mailbox_ids)) return facts;
  const after = { ...facts, lists };
  if (mailbox_ids.length > 0) return withEmail(after, { ...email, mailbox_ids });
  const emails = withValue(facts.emails, id, { ...email, mailbox_ids });
  return { ...after, emails, details: withoutKey(facts.details, id) };
}

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

function withDetail(facts: Facts, email: EmailDetail): Facts {
  const details = withEntry(facts.details, email.id, email);
  for (const oldest of details.keys()) {
    if (details.size <= KEPT_DETAILS) break;
    details.delete(oldest);
  }
  return { ...facts, details, emails: withValue(facts.emails, email.id, email) };
}

function withAccountState(facts: Facts, change: Change & { type: 'account_state_changed' }): Facts {
  if (change.account === null || change.state === 'removed') {
    return change.account_id === null ? facts : withoutAccount(facts, change.account_id);
  }
  const account = { ...change.account, state: change.state, error: change.error };
  return { ...facts, accounts: withValue(facts.accounts, account.id, account) };
}

function withoutAccount(facts: Facts, id: string): Facts {
  const mailboxes = new Map([...knownMailboxes(facts)].filter(([, one]) => one.account_id !== id));
  return {
    ...facts,
    accounts: facts.accounts && withoutKey(facts.accounts, id),
    mailboxes: facts.mailboxes && mailboxes,
    lists: listsWithDoubt(facts, 'all'),
  };
}

function withProgress(facts: Facts, change: Change & { type: 'sync_progress' }): Facts {
  const { done, total, rate, estimate_s } = change;
  const part = change.phase === 'bodies' ? 'bodies' : 'progress';
  const key = change.phase === 'bodies' ? change.account_id : change.mailbox_id;
  if (key === null) return facts;
  const isDone = total > 0 && done >= total;
  const now = isDone
    ? withoutKey(facts[part], key)
    : withValue(facts[part], key, { done, total, rate, estimate_s });
  return now === facts[part] ? facts : { ...facts, [part]: now };
}

/** What the person tried again or let go is no longer there to decide about. */
function withoutIntents(facts: Facts, ids: readonly string[]): Facts {
  const { givenUp } = facts;
  const items = givenUp.items.filter((one) => !ids.includes(one.id));
  const gone = givenUp.items.length - items.length;
  return gone === 0 ? facts : { ...facts, givenUp: { items, total: givenUp.total - gone } };
}

/** A batch is kept while it is under way. */
function withOperation(facts: Facts, operation: Operation): Facts {
  const isOpen = operation.pending > 0 && operation.undone_at === null;
  const operations = isOpen
    ? withValue(facts.operations, operation.id, operation)
    : withoutKey(facts.operations, operation.id);
  return operations === facts.operations ? facts : { ...facts, operations };
}
