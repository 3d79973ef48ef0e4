import { describe, expect, test } from 'vitest';
import { aMailbox, anEmail } from '@/testing/builders';
import { filingDone, filingFor, placesFor, placesNamed, sourceOf } from './filing';

const MAILBOXES = new Map(
  [
    aMailbox(),
    aMailbox({ id: 'drafts', name: 'Drafts', role: 'drafts' }),
    aMailbox({ id: 'archive', name: 'Archive', role: 'archive' }),
    aMailbox({ id: 'junk', name: 'Junk', role: 'junk' }),
    aMailbox({ id: 'trash', name: 'Bin', role: 'trash' }),
    aMailbox({ id: 'all', name: 'All', role: 'all' }),
    aMailbox({ id: 'work', name: 'Invoices', path: 'Work/Invoices', role: null }),
    aMailbox({ id: 'parent', name: 'Work', path: 'Work', role: null, selectable: false }),
    aMailbox({ id: 'other', name: 'Else', path: 'Else', role: null, account_id: 'another' }),
  ].map((mailbox) => [mailbox.id, mailbox]),
);
const email = anEmail(1);

describe('putting mail away', () => {
  test.each([
    ['archive', 'inbox', { action: 'archive', to: 'archive', isForGood: false }],
    ['archive', 'archive', null],
    ['spam', 'inbox', { action: 'spam', to: 'junk', isForGood: false }],
    ['spam', 'junk', { action: 'not_spam', to: 'inbox', isForGood: false }],
    ['delete', 'inbox', { action: 'delete', to: 'trash', isForGood: false }],
    ['delete', 'trash', { action: 'delete', to: null, isForGood: true }],
  ] as const)('%s in %s', (act, from, expected) => {
    expect(filingFor(act, email, from, MAILBOXES)).toEqual(expected && { ...expected, from });
  });

  test('takes mail out of the mailbox that is looked at, else out of its inbox', () => {
    const both = anEmail(1, { mailbox_ids: ['work', 'inbox'] });
    expect(sourceOf({ mailbox: 'work', filter: 'all' }, both, MAILBOXES)).toBe('work');
    expect(sourceOf({ mailbox: null, filter: 'all' }, both, MAILBOXES)).toBe('inbox');
    expect(sourceOf({ mailbox: 'trash', filter: 'all' }, both, MAILBOXES)).toBe('inbox');
    expect(sourceOf({ mailbox: null, filter: 'all' }, anEmail(1, { mailbox_ids: [] }), MAILBOXES)).toBeNull();
  });

  test('says where it went', () => {
    const gone = { action: 'delete', from: 'trash', to: null, isForGood: true } as const;
    expect(filingDone(gone, MAILBOXES)).toBe('Deleted for good');
    expect(filingDone({ ...gone, to: 'trash', isForGood: false }, MAILBOXES)).toBe('Moved to Trash');
    expect(filingDone({ ...gone, isForGood: false }, MAILBOXES)).toBe('Moved');
  });

  test('offers the other mailboxes of the account that can hold mail, drafts last', () => {
    const names = placesFor(MAILBOXES, 'account', 'inbox').map((place) => place.name);
    expect(names).toEqual(['Archive', 'Spam', 'Trash', 'Work/Invoices', 'Drafts']);
  });

  test('finds places by parts of their names in any order', () => {
    const places = placesFor(MAILBOXES, 'account', 'inbox');
    expect(placesNamed(places, 'inv WORK').map((place) => place.id)).toEqual(['work']);
    expect(placesNamed(places, ' ')).toEqual(places);
    expect(placesNamed(places, 'nowhere')).toEqual([]);
  });
});
