import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL_INBOXES } from '@/domain/listQuery';
import { idAt, indexOf } from '@/domain/segments';
import { aChange, aMailbox, anEmail, aPage } from '@/testing/builders';
import type { EmailList } from './facts';
import { selectList } from './hooks';
import {
  afterChanges,
  drawnEmail,
  drawnList,
  dropped,
  echoed,
  type Overlay,
  type PlaceWish,
  placeWish,
  unreadShift,
  type Wish,
  wishFor,
} from './overlay';
import { Store } from './store';

const email = anEmail(1);

const wish = (id: string, kind: 'read' | 'star', value: boolean, drawn = email): Wish =>
  wishFor(id, kind, drawn, value) as Wish;

describe('a wish', () => {
  test('shows at once and shifts the unread count of its mailboxes', () => {
    const overlay = [wish('w', 'read', true)];
    expect(drawnEmail(email, overlay).is_read).toBe(true);
    expect(unreadShift(overlay, 'inbox')).toBe(-1);
    expect(unreadShift(overlay, 'other')).toBe(0);
  });

  test('is none when it is so already', () => {
    expect(wishFor('w', 'read', email, false)).toBeNull();
  });

  test('falls back to the facts when it is refused', () => {
    expect(dropped([wish('w', 'star', true)], 'w')).toEqual([]);
  });

  test('leaves the rows of other emails untouched', () => {
    const other = anEmail(2);
    expect(drawnEmail(other, [wish('w', 'star', true)])).toBe(other);
  });
});

describe('the echo', () => {
  const read = aChange('email_read', 101, { email_id: 'e1' });
  const counts = aChange('mailbox_updated', 102, { mailbox_id: 'inbox', mailbox: aMailbox({ unread: 2 }) });

  test('takes the flag, and keeps the count until the mailbox tells its own', () => {
    const overlay = afterChanges([wish('w', 'read', true)], [read]);
    expect(unreadShift(overlay, 'inbox')).toBe(-1);
    expect(afterChanges(overlay, [counts])).toEqual([]);
  });

  test('takes both from one batch in any order', () => {
    expect(afterChanges([wish('w', 'read', true)], [read, counts])).toEqual([]);
    expect(afterChanges([wish('w', 'read', true)], [counts, read])).toEqual([]);
  });

  test('of an older wish leaves the newer one drawn', () => {
    const first = wish('w1', 'star', true);
    const second = wish('w2', 'star', false, { ...email, is_starred: true });
    const overlay = afterChanges(
      [first, second],
      [aChange('email_starred', 101, { email_id: 'e1', is_starred: true })],
    );
    expect(overlay.map((one) => one.id)).toEqual(['w2']);
    expect(drawnEmail({ ...email, is_starred: true }, overlay).is_starred).toBe(false);
  });

  test('what is drawn never flickers while the stream repeats a row of toggles', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), (count) => {
        let fact = email;
        let overlay: Overlay = [];
        const values: boolean[] = [];
        for (let turn = 0; turn < count; turn++) {
          const drawn = drawnEmail(fact, overlay);
          values.push(!drawn.is_starred);
          overlay = [...overlay, wish(`w${turn}`, 'star', !drawn.is_starred, drawn)];
        }
        const wanted = values.at(-1);
        values.forEach((value, turn) => {
          expect(drawnEmail(fact, overlay).is_starred).toBe(wanted);
          fact = { ...fact, is_starred: value };
          overlay = afterChanges(overlay, [
            aChange('email_starred', 200 + turn, { email_id: 'e1', is_starred: value }),
          ]);
        });
        expect(overlay).toEqual([]);
        expect(drawnEmail(fact, overlay).is_starred).toBe(wanted);
      }),
    );
  });

  test('by answer leaves a star nothing to keep', () => {
    expect(echoed([wish('w', 'star', true)], 'w')).toEqual([]);
  });
});

describe('the store', () => {
  test('an answer after a newer change of the stream does not turn the fact back', () => {
    const store = new Store();
    store.answered({ type: 'email_answered', email: { ...email } as never });
    const star = wish('w', 'star', true);
    store.wished(star);
    store.changed([
      aChange('email_starred', 1, { email_id: 'e1', is_starred: true }),
      aChange('email_starred', 2, { email_id: 'e1', is_starred: false }),
    ]);
    store.granted(star);
    expect(store.get().facts.emails.get('e1')?.is_starred).toBe(false);
  });

  test('listeners are called once for a batch, and not when nothing changed', () => {
    const store = new Store();
    let calls = 0;
    store.subscribe(() => calls++);
    store.changed([
      aChange('mailbox_created', 1, { mailbox_id: 'inbox', mailbox: aMailbox() }),
      aChange('mailbox_updated', 2, { mailbox_id: 'inbox', mailbox: aMailbox({ unread: 4 }) }),
    ]);
    expect(calls).toBe(1);
    store.changed([aChange('email_read', 2, { email_id: 'e1' })]);
    expect(calls).toBe(1);
  });
});

describe('a wish to move', () => {
  const mailboxes = [aMailbox(), aMailbox({ id: 'archive', role: 'archive' })];
  const there = { email_id: 'e9', from_mailbox_id: 'inbox', to_mailbox_id: 'archive' };
  const back = { email_id: 'e9', from_mailbox_id: 'archive', to_mailbox_id: 'inbox' };
  const refusal = {
    intent_id: '1',
    email_id: 'e9',
    mailbox_id: null,
    kind: 'move',
    code: 'no',
    message: 'No.',
  } as const;

  /** An inbox of ten, all loaded, and a wish to archive e9. */
  function given(): { store: Store; move: PlaceWish; list: () => EmailList } {
    const store = new Store();
    store.answered(
      { type: 'mailboxes_answered', mailboxes },
      { type: 'page_answered', query: ALL_INBOXES, offset: 0, page: aPage(10, 10, 10) },
    );
    const move = placeWish('w', anEmail(9), 'inbox', 'archive');
    store.wished(move);
    return { store, move, list: () => selectList(store.get(), ALL_INBOXES) as EmailList };
  }

  const shown = (list: EmailList) => [list.total, indexOf(list.segments, 'e9')];

  test('takes the row and its count away at once, the facts stay', () => {
    const { store, list } = given();
    expect(shown(list())).toEqual([9, -1]);
    expect(idAt(list().segments, 1)).toBe('e8');
    expect(unreadShift(store.get().overlay, 'inbox')).toBe(-1);
    expect(unreadShift(store.get().overlay, 'archive')).toBe(1);
    expect(store.get().facts.emails.get('e9')?.mailbox_ids).toEqual(['inbox']);
  });

  test('of a read email shifts no unread count', () => {
    expect(placeWish('w', anEmail(9, { is_read: true }), 'inbox', 'archive').unread.size).toBe(0);
  });

  test('leaves lists alone that do not show the email, or still show it', () => {
    const { store, move, list } = given();
    const facts = store.get().facts;
    const fact = facts.lists.get('inboxes/all') as EmailList;
    const known = facts.mailboxes ?? new Map();
    expect(drawnList(fact, [placeWish('w', anEmail(99), 'inbox', null)], known)).toBe(fact);
    expect(drawnList(fact, [{ ...move, to: 'inbox' }], known)).toBe(fact);
    expect(list()).toBe(list());
  });

  test('brings the row back when the request is refused', () => {
    const { store, move, list } = given();
    store.refused(move);
    expect(shown(list())).toEqual([10, 1]);
    expect(store.get().overlay).toEqual([]);
  });

  test('is a fact after the answer or the echo, whichever comes first, and only once', () => {
    const byAnswer = given();
    byAnswer.store.granted(byAnswer.move);
    byAnswer.store.changed([aChange('email_moved', 1, there), aChange('email_moved', 2, there)]);
    const byEcho = given();
    byEcho.store.changed([aChange('email_moved', 1, there), aChange('email_moved', 2, there)]);
    byEcho.store.granted(byEcho.move);
    for (const { store, list } of [byAnswer, byEcho]) {
      expect(shown(list())).toEqual([9, -1]);
      expect(store.get().facts.emails.get('e9')?.mailbox_ids).toEqual(['archive']);
    }
  });

  test('hides the row from an answer that was under way, until it is settled', () => {
    const { store, move, list } = given();
    store.granted(move);
    store.answered({ type: 'page_answered', query: ALL_INBOXES, offset: 0, page: aPage(10, 10, 10) });
    expect(shown(list())).toEqual([9, -1]);
    store.settled(move);
    expect(shown(list())).toEqual([10, 1]);
  });

  test('shifts counts until the mailboxes tell their own', () => {
    const { store } = given();
    const counts = aChange('mailbox_updated', 2, { mailbox_id: 'inbox', mailbox: aMailbox({ unread: 2 }) });
    store.changed([aChange('email_moved', 1, there), counts]);
    expect(unreadShift(store.get().overlay, 'inbox')).toBe(0);
    expect(unreadShift(store.get().overlay, 'archive')).toBe(1);
  });

  test('comes back when the mail server refuses it later', () => {
    const { store, list } = given();
    store.changed([aChange('email_moved', 1, there)]);
    store.changed([aChange('email_moved', 2, back), aChange('intent_rejected', 3, refusal)]);
    expect(shown(list())).toEqual([10, 1]);
    expect(store.get().overlay).toEqual([]);
  });

  test('that is newer than a refusal stays', () => {
    const { store } = given();
    store.changed([aChange('intent_rejected', 1, refusal)]);
    expect(store.get().overlay).toHaveLength(1);
  });

  test('is undone once, whether answer or echo tells it first', () => {
    const { store, move, list } = given();
    store.granted(move);
    store.takenBack(move);
    store.changed([aChange('email_moved', 1, there), aChange('email_moved', 2, back)]);
    expect(shown(list())).toEqual([10, 1]);
    const other = given();
    other.store.changed([aChange('email_moved', 1, there), aChange('email_moved', 2, back)]);
    other.store.takenBack(other.move);
    expect(shown(other.list())).toEqual([10, 1]);
    expect(other.store.get().overlay).toEqual([]);
  });

  test('to nowhere is undone like any other', () => {
    const { store, move, list } = given();
    store.refused(move);
    const deletion = placeWish('d', anEmail(9), 'inbox', null);
    store.wished(deletion);
    store.granted(deletion);
    expect(shown(list())).toEqual([9, -1]);
    store.takenBack(deletion);
    expect(shown(list())).toEqual([10, 1]);
  });
});
