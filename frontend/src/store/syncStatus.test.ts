import { describe, expect, test } from 'vitest';
import { aChange, aMailbox, anAccount } from '@/testing/builders';
import { applyChange } from './applyChange';
import { type Facts, NO_FACTS } from './facts';
import { accountSync, overall } from './syncStatus';

const ACCOUNT = anAccount();
const fresh = (part = {}): Facts => ({
  ...NO_FACTS,
  accounts: new Map([[ACCOUNT.id, ACCOUNT]]),
  mailboxes: new Map([
    ['inbox', aMailbox({ sync: { state: 'syncing', reason: null, done: 100, total: 400 } })],
    [
      'sent',
      aMailbox({ id: 'sent', name: 'Sent', sync: { state: 'waiting', reason: null, done: 0, total: 0 } }),
    ],
  ]),
  ...part,
});
const words = (facts: Facts, account = ACCOUNT): string => overall([accountSync(facts, account)]).words;

describe('how far fetching has come', () => {
  test('is known after a reload from the mailboxes alone, then told live', () => {
    expect(words(fresh())).toBe('Fetching lists, 25 %');
    const told = { mailbox_id: 'inbox', phase: 'envelopes', total: 400, rate: 90, estimate_s: 2 } as const;
    const facts = applyChange(fresh(), aChange('sync_progress', 1, { ...told, done: 300 }));
    expect(words(facts)).toBe('Fetching lists, 75 %');
    expect(accountSync(facts, ACCOUNT).lists[0]?.progress.rate).toBe(90);
    expect(accountSync(facts, ACCOUNT).waiting).toBe(1);
  });

  test('goes on with the contents once the lists are there', () => {
    const told = { mailbox_id: null, phase: 'bodies', done: 50, total: 200, rate: 9, estimate_s: 9 } as const;
    const listed = fresh({ mailboxes: new Map([['inbox', aMailbox()]]) });
    expect(words(listed)).toBe('Up to date');
    expect(words(applyChange(listed, aChange('sync_progress', 1, told)))).toBe('Fetching contents, 25 %');
  });

  test('gives way to what is worse', () => {
    const error = { code: 'connection_lost', message: 'Away.', retry_at: null };
    expect(words(fresh(), anAccount({ state: 'offline', error }))).toBe('Offline, trying again');
    expect(words(fresh(), anAccount({ state: 'needs_attention', error }))).toBe('An account needs you');
    const paused = { until: '2026-11-23T00:00:00Z', reason: 'Enough for today.' };
    expect(words({ ...NO_FACTS }, anAccount({ paused }))).toBe('Contents wait for tomorrow');
  });
});
