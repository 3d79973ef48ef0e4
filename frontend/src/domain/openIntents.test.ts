import { describe, expect, test } from 'vitest';
import type { OpenIntent } from './entities';
import { actionDone, dealtWith, groupsOf, wishWords } from './openIntents';

const wish = (part: Partial<OpenIntent>): OpenIntent => ({
  id: '1',
  account_id: 'account',
  email_id: 'e1',
  kind: 'flags',
  state: 'rejected',
  add_flags: [],
  remove_flags: [],
  from_mailbox: null,
  to_mailbox: null,
  code: '',
  message: '',
  attempts: 1,
  created_at: '2026-11-22T08:00:00Z',
  next_attempt_at: null,
  subject: '',
  sender: null,
  ...part,
});

describe('wishes in words', () => {
  test.each([
    [wish({ add_flags: ['\\Seen'] }), 'Mark as read'],
    [wish({ remove_flags: ['\\Seen'], add_flags: ['\\Flagged'] }), 'Add a star, Mark as unread'],
    [wish({ add_flags: ['holiday'] }), 'Add the label holiday'],
    [wish({ kind: 'move', to_mailbox: { id: '7', name: 'Receipts' } }), 'Move to Receipts'],
    [wish({ kind: 'move', to_mailbox: { id: '7', name: '' } }), 'Move'],
    [wish({ kind: 'delete' }), 'Delete for good'],
    [
      wish({ kind: 'rename_mailbox', mailbox: { id: '7', name: 'Bills' }, new_name: 'Paid' }),
      'Rename the folder Bills to Paid',
    ],
  ])('%#', (intent, words) => expect(wishWords(intent)).toBe(words));

  test('alike ones stand together, whatever their order', () => {
    const groups = groupsOf([wish({ kind: 'move' }), wish({}), wish({ kind: 'move', id: '2' })]);
    expect(groups.map((group) => [group.name, group.intents.length])).toEqual([
      ['Marks and stars', 1],
      ['Moves', 2],
    ]);
  });

  test('the past of an action names its undo too, and an unknown one as it is', () => {
    expect(actionDone('archive')).toBe('Archived');
    expect(actionDone('undo archive')).toBe('Undone: Archived');
    expect(actionDone('something new')).toBe('something new');
  });

  test('what was refused counts as dealt with', () => {
    expect(dealtWith({ changed: 10, pending: 4 })).toBe(6);
  });
});
