import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aChange, aMailbox, anEmail } from '@/testing/builders';
import {
  afterChanges,
  drawnEmail,
  dropped,
  echoed,
  type Overlay,
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
