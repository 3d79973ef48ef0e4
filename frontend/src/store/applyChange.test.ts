import { describe, expect, test } from 'vitest';
import { ALL_INBOXES, listKey } from '@/domain/listQuery';
import { idAt, indexOf } from '@/domain/segments';
import { aChange, aDetail, aMailbox, anAccount, anEmail, aPage } from '@/testing/builders';
import { type Answer, applyChange } from './applyChange';
import { type EmailList, type Facts, NO_FACTS } from './facts';

const ARCHIVE = { mailbox: 'archive', filter: 'all' } as const;

const answered = (facts: Facts, ...answers: Answer[]): Facts => answers.reduce<Facts>(applyChange, facts);

/** An inbox of 10 of which the newest 5 are loaded, and an empty archive. */
const someFacts = (): Facts =>
  answered(
    NO_FACTS,
    { type: 'accounts_answered', accounts: [anAccount()] },
    { type: 'mailboxes_answered', mailboxes: [aMailbox(), aMailbox({ id: 'archive', role: 'archive' })] },
    { type: 'page_answered', query: ALL_INBOXES, offset: 0, page: aPage(10, 5, 10) },
    { type: 'page_answered', query: ARCHIVE, offset: 0, page: { items: [], next_cursor: null, total: 0 } },
    { type: 'stream_opened', seq: 100 },
  );

const inbox = (facts: Facts): EmailList => facts.lists.get(listKey(ALL_INBOXES)) as EmailList;
const archive = (facts: Facts): EmailList => facts.lists.get(listKey(ARCHIVE)) as EmailList;

describe('changes of the stream', () => {
  test('a new email goes to the top of the lists that cover its mailbox, once', () => {
    const told = { email_id: 'e11', mailbox_id: 'inbox', email: anEmail(11) };
    const once = applyChange(someFacts(), aChange('email_received', 101, told));
    const twice = applyChange(once, aChange('email_received', 102, told));
    expect(idAt(inbox(twice).segments, 0)).toBe('e11');
    expect(idAt(inbox(twice).segments, 1)).toBe('e10');
    expect(inbox(twice).total).toBe(11);
    expect(archive(twice).total).toBe(0);
  });

  test('an email that is older than the newest goes to its place', () => {
    const email = anEmail(8, { id: 'late', date: anEmail(8).date.replace(':00.000Z', ':30.000Z') });
    const facts = applyChange(
      someFacts(),
      aChange('email_received', 101, { email_id: 'late', mailbox_id: 'inbox', email }),
    );
    expect(indexOf(inbox(facts).segments, 'late')).toBe(2);
  });

  test('a change that is part of the facts already is skipped', () => {
    const facts = someFacts();
    expect(applyChange(facts, aChange('email_read', 100, { email_id: 'e10' }))).toBe(facts);
  });

  test('flags become facts', () => {
    const read = applyChange(someFacts(), aChange('email_read', 101, { email_id: 'e10' }));
    expect(read.emails.get('e10')?.is_read).toBe(true);
    const unread = applyChange(read, aChange('email_unread', 102, { email_id: 'e10' }));
    expect(unread.emails.get('e10')?.is_read).toBe(false);
    const starred = applyChange(unread, aChange('email_starred', 103, { email_id: 'e10', is_starred: true }));
    expect(starred.emails.get('e10')?.is_starred).toBe(true);
    expect(starred.seq).toBe(103);
  });

  test('a flag of an email that is not loaded only moves the place in the log', () => {
    const facts = someFacts();
    const after = applyChange(facts, aChange('email_read', 101, { email_id: 'unknown' }));
    expect(after).toEqual({ ...facts, seq: 101 });
  });

  test('a moved email leaves one list and enters the other', () => {
    const facts = applyChange(
      someFacts(),
      aChange('email_moved', 101, { email_id: 'e9', from_mailbox_id: 'inbox', to_mailbox_id: 'archive' }),
    );
    expect(indexOf(inbox(facts).segments, 'e9')).toBe(-1);
    expect(inbox(facts).total).toBe(9);
    expect(idAt(archive(facts).segments, 0)).toBe('e9');
    expect(archive(facts).total).toBe(1);
  });

  test('a move that is told twice moves once', () => {
    const told = { email_id: 'e9', from_mailbox_id: 'inbox', to_mailbox_id: 'archive' };
    const once = applyChange(someFacts(), aChange('email_moved', 101, told));
    const twice = applyChange(once, aChange('email_moved', 102, told));
    expect(twice).toEqual({ ...once, seq: 102 });
  });

  test('a deletion that is told twice shortens the list once, and can be taken back', () => {
    const gone = { email_id: 'e9', mailbox_id: 'inbox' };
    const once = applyChange(someFacts(), aChange('email_deleted', 101, gone));
    const twice = applyChange(once, aChange('email_deleted', 102, gone));
    expect(inbox(twice).total).toBe(9);
    const back = applyChange(
      twice,
      aChange('email_moved', 103, { email_id: 'e9', from_mailbox_id: null, to_mailbox_id: 'inbox' }),
    );
    expect(idAt(inbox(back).segments, 1)).toBe('e9');
    expect(inbox(back).total).toBe(10);
  });

  test('a move and its way back leave the lists as they were', () => {
    const there: Answer = { type: 'place_answered', email_id: 'e9', from: 'inbox', to: 'archive' };
    const back: Answer = { type: 'place_answered', email_id: 'e9', from: 'archive', to: 'inbox' };
    const facts = answered(someFacts(), there, back);
    expect([inbox(facts).total, archive(facts).total]).toEqual([10, 0]);
    expect(idAt(inbox(facts).segments, 1)).toBe('e9');
    expect(facts.emails.get('e9')?.mailbox_ids).toEqual(['inbox']);
  });

  test('a move shortens a filtered list only if the email was in it', () => {
    const UNREAD = { mailbox: 'inbox', filter: 'unread' } as const;
    const facts = answered(
      applyChange(someFacts(), aChange('email_read', 101, { email_id: 'e9' })),
      {
        type: 'page_answered',
        query: UNREAD,
        offset: 0,
        page: { items: [anEmail(10)], next_cursor: null, total: 1 },
      },
      { type: 'place_answered', email_id: 'e9', from: 'inbox', to: 'archive' },
    );
    expect(facts.lists.get(listKey(UNREAD))?.total).toBe(1);
  });

  test('a refused wish is no fact of its own: the changes before it told what is so', () => {
    const facts = someFacts();
    const refused = {
      intent_id: '1',
      email_id: 'e9',
      mailbox_id: null,
      kind: 'move',
      code: 'refused',
      message: 'No.',
    } as const;
    expect(applyChange(facts, aChange('intent_rejected', 101, refused))).toEqual({ ...facts, seq: 101 });
  });

  test('an email deleted from its last mailbox is gone', () => {
    const facts = applyChange(
      someFacts(),
      aChange('email_deleted', 101, { email_id: 'e9', mailbox_id: 'inbox' }),
    );
    expect(facts.emails.get('e9')?.mailbox_ids).toEqual([]);
    expect(idAt(inbox(facts).segments, 1)).toBe('e8');
  });

  test('deleting an email that is not loaded makes the rows doubtful', () => {
    const facts = applyChange(
      someFacts(),
      aChange('email_deleted', 101, { email_id: 'e2', mailbox_id: 'inbox' }),
    );
    expect(inbox(facts).total).toBe(9);
    expect(inbox(facts).segments.every((segment) => !segment.fresh)).toBe(true);
  });

  test('updated emails make only their own rows doubtful', () => {
    const facts = applyChange(someFacts(), aChange('email_updated', 101, { email_ids: ['e9'] }));
    expect(inbox(facts).segments.some((segment) => !segment.fresh)).toBe(true);
    const other = applyChange(someFacts(), aChange('email_updated', 101, { email_ids: ['else'] }));
    expect(inbox(other).segments.every((segment) => segment.fresh)).toBe(true);
  });

  test('a reset sets the place in the log even backwards, and keeps the rows until they are fetched', () => {
    const reset = aChange('reset', 7, { reason: 'position_unknown', mailbox_id: null });
    const facts = applyChange(someFacts(), reset);
    expect(facts.seq).toBe(7);
    expect(idAt(inbox(facts).segments, 0)).toBe('e10');
    expect(inbox(facts).segments.every((segment) => !segment.fresh)).toBe(true);
  });

  test('an account that was removed takes its mailboxes along', () => {
    const facts = applyChange(
      someFacts(),
      aChange('account_state_changed', 101, { state: 'removed', error: null, account: null }),
    );
    expect(facts.accounts?.size).toBe(0);
    expect(facts.mailboxes?.size).toBe(0);
  });

  test('progress is kept until it is complete', () => {
    const told = { mailbox_id: 'inbox', phase: 'envelopes', total: 10, rate: 5, estimate_s: 1 } as const;
    const half = applyChange(someFacts(), aChange('sync_progress', 101, { ...told, done: 5 }));
    expect(half.progress.get('inbox')?.done).toBe(5);
    const full = applyChange(half, aChange('sync_progress', 102, { ...told, done: 10 }));
    expect(full.progress.size).toBe(0);
  });
});

describe('answers of requests', () => {
  test('a whole message also brings its summary', () => {
    const facts = answered(someFacts(), { type: 'email_answered', email: aDetail(3, { subject: 'New' }) });
    expect(facts.details.get('e3')?.text).toBe('Hello');
    expect(facts.emails.get('e3')?.subject).toBe('New');
  });

  test('a page brings its total and replaces what was thought of its rows', () => {
    const facts = answered(someFacts(), {
      type: 'page_answered',
      query: ALL_INBOXES,
      offset: 0,
      page: aPage(12, 5, 12),
    });
    expect(inbox(facts).total).toBe(12);
    expect(idAt(inbox(facts).segments, 2)).toBe('e10');
  });

  test('a list that the server does not count grows as it is read', () => {
    const query = { mailbox: null, filter: 'unread' } as const;
    const more = { ...aPage(10, 5, 0), total: null, next_cursor: 'more' };
    const some = answered(someFacts(), { type: 'page_answered', query, offset: 0, page: more });
    expect(some.lists.get(listKey(query))?.total).toBe(10);
    const last = { ...aPage(5, 3, 0), total: null, next_cursor: null };
    const all = answered(some, { type: 'page_answered', query, offset: 5, page: last });
    expect(all.lists.get(listKey(query))?.total).toBe(8);
  });

  test('only so many whole messages are kept', () => {
    const many = Array.from({ length: 100 }, (_, number) => number);
    const facts = answered(
      someFacts(),
      ...many.map((number): Answer => ({ type: 'email_answered', email: aDetail(number) })),
    );
    expect(facts.details.size).toBeLessThanOrEqual(60);
    expect(facts.details.has('e99')).toBe(true);
  });
});

describe('wishes that were given up, and batches under way', () => {
  const refused = (id: string) => ({
    id,
    account_id: 'account',
    email_id: 'e1',
    kind: 'move' as const,
    state: 'rejected' as const,
    add_flags: [],
    remove_flags: [],
    from_mailbox: { id: 'inbox', name: 'INBOX' },
    to_mailbox: null,
    code: 'command_refused',
    message: 'No.',
    attempts: 1,
    created_at: '2026-11-22T08:00:00Z',
    next_attempt_at: null,
    subject: 'Subject 1',
    sender: null,
  });
  const batch = (pending: number) => ({
    id: '7',
    action: 'archive',
    matched: 3,
    changed: 3,
    pending,
    settled: 3 - pending,
    rejected: 0,
    created_at: '2026-11-22T08:00:00Z',
    undone_at: null,
  });

  test('what somebody decided about elsewhere leaves the list and its count', () => {
    const page = { items: [refused('2'), refused('1')], next_cursor: null, total: 9 };
    const facts = answered(someFacts(), { type: 'given_up_answered', page });
    const after = applyChange(facts, aChange('intent_closed', 101, { intent_ids: ['1', '77'] }));
    expect(after.givenUp.items.map((one) => one.id)).toEqual(['2']);
    expect(after.givenUp.total).toBe(8);
  });

  test('a batch is kept while the server has not carried it out', () => {
    const told = (seq: number, pending: number) =>
      aChange('operation_updated', seq, { operation_id: '7', operation: batch(pending) });
    const half = applyChange(someFacts(), told(101, 1));
    expect(half.operations.get('7')?.settled).toBe(2);
    expect(applyChange(half, told(102, 0)).operations.size).toBe(0);
  });

  test('bodies are counted by account, beside the envelopes', () => {
    const told = { mailbox_id: null, phase: 'bodies', total: 10, rate: 5, estimate_s: 1 } as const;
    const half = applyChange(someFacts(), aChange('sync_progress', 101, { ...told, done: 5 }));
    expect(half.bodies.get('account')?.done).toBe(5);
    expect(half.progress.size).toBe(0);
    expect(applyChange(half, aChange('sync_progress', 102, { ...told, done: 10 })).bodies.size).toBe(0);
  });
});
