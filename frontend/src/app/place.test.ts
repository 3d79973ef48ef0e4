import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALL_INBOXES } from '@/domain/listQuery';
import { factsFromBoot } from './boot';
import { placePath, readPlace } from './place';

describe('the address', () => {
  test('of any list and message is read back as it was written', () => {
    const id = fc.string({ minLength: 1 }).filter((text) => text !== 'new');
    fc.assert(
      fc.property(
        fc.option(id),
        fc.constantFrom('all' as const, 'unread' as const, 'starred' as const),
        fc.option(id),
        (mailbox, filter, open) => {
          const [path = '', search = ''] = placePath(mailbox, filter, open).split('?');
          expect(readPlace(path, search)).toEqual({ kind: 'mail', query: { mailbox, filter }, open });
        },
      ),
    );
  });

  test.each([
    ['/', ''],
    ['/nonsense', ''],
    ['/mailbox', ''],
    ['/', 'show=everything'],
    ['/email', ''],
  ])('%s?%s is the inbox', (path, search) => {
    expect(readPlace(path, search)).toEqual({ kind: 'mail', query: ALL_INBOXES, open: null });
  });

  test('a stray percent sign does no harm', () => {
    expect(readPlace('/mailbox/100%', '')).toMatchObject({ query: { mailbox: '100%' } });
  });

  test('accounts have pages of their own', () => {
    expect(readPlace('/accounts/new', '')).toEqual({ kind: 'new-account' });
    expect(readPlace('/accounts/7', '')).toEqual({ kind: 'account', id: '7' });
  });
});

test('a page for nobody brings no facts', () => {
  const nobody = { session: null, accounts: null, mailboxes: null, emails: null, change_seq: null };
  expect(factsFromBoot(nobody).lists.size).toBe(0);
  expect(factsFromBoot(nobody).accounts).toBeNull();
});
