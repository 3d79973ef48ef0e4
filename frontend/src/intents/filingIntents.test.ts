import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Filing } from '@/domain/filing';
import { ALL_INBOXES } from '@/domain/listQuery';
import { indexOf } from '@/domain/segments';
import { selectList } from '@/store/hooks';
import { Store } from '@/store/store';
import { aChange, aMailbox, aPage } from '@/testing/builders';
import { FilingIntents } from './filingIntents';

const ARCHIVE: Filing = { action: 'archive', from: 'inbox', to: 'archive', isForGood: false };

/** What the server was asked, and what it says next (nothing: it is away). */
let asked: { path: string; body: unknown }[] = [];
let answers: unknown[] = [];
/** Toasts on screen, by number. */
let toasts: Map<number, { message: string; action?: { name: string; run: () => void } | undefined }>;
let store: Store;
let filing: FilingIntents;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answers = [];
  toasts = new Map();
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push({ path, body: init.body ? JSON.parse(init.body as string) : null });
    const answer = answers.shift();
    return answer ? Promise.resolve(Response.json(answer)) : Promise.reject(new TypeError('away'));
  });
  store = new Store();
  store.answered(
    {
      type: 'mailboxes_answered',
      mailboxes: [aMailbox(), aMailbox({ id: 'archive', name: 'Archive', role: 'archive' })],
    },
    { type: 'page_answered', query: ALL_INBOXES, offset: 0, page: aPage(10, 10, 10) },
  );
  let last = 0;
  filing = new FilingIntents(store, {
    show: (message, action) => {
      toasts.set(++last, { message, action });
      return last;
    },
    hide: (id) => toasts.delete(id),
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const done = (part = {}) => ({ operation_id: '7', matched: 1, changed: 1, failures: [], ...part });
const isListed = (id: string): boolean =>
  indexOf(selectList(store.get(), ALL_INBOXES)?.segments ?? [], id) >= 0;
const messages = (): string[] => [...toasts.values()].map((toast) => toast.message);
const press = (name: string): void =>
  [...toasts.values()].find((toast) => toast.action?.name === name)?.action?.run();
const answered = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1);

describe('putting a message away', () => {
  test('shows at once, names the source, and offers to undo', async () => {
    answers = [done()];
    filing.file('e9', ARCHIVE);
    expect(isListed('e9')).toBe(false);
    expect(messages()).toEqual(['Moved to Archive']);
    await answered();
    expect(asked).toEqual([
      { path: '/api/emails/batch', body: { ids: ['e9'], action: 'archive', source: 'inbox' } },
    ]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isListed('e9')).toBe(false);
    expect(store.get().overlay).toEqual([]);
  });

  test('that the server refuses comes back with its sentence, and can be tried again', async () => {
    const detail = 'This account has no mailbox for archive.';
    answers = [done({ changed: 0, failures: [{ email_id: 'e9', code: 'no_such_role', detail }] }), done()];
    filing.file('e9', ARCHIVE);
    await answered();
    expect(isListed('e9')).toBe(true);
    expect(messages()).toEqual([detail]);
    press('Try again');
    await answered();
    expect(isListed('e9')).toBe(false);
  });

  test('comes back when the server is away, and is not sent again behind the back', async () => {
    filing.file('e9', ARCHIVE);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isListed('e9')).toBe(true);
    expect(asked).toHaveLength(1);
    expect(messages()).toEqual(['VexMail’s server cannot be reached.']);
  });
});

describe('undo', () => {
  test('takes back the latest first, each once', async () => {
    answers = [done({ operation_id: '1' }), done({ operation_id: '2' }), done(), done()];
    filing.file('e9', ARCHIVE);
    filing.file('e8', ARCHIVE);
    await answered();
    filing.undoLast();
    await answered();
    expect([isListed('e9'), isListed('e8')]).toEqual([false, true]);
    filing.undoLast();
    filing.undoLast();
    await answered();
    expect([isListed('e9'), isListed('e8')]).toEqual([true, true]);
    expect(asked.slice(2).map((one) => one.path)).toEqual([
      '/api/operations/2/undo',
      '/api/operations/1/undo',
    ]);
    expect(messages()).toEqual(['There is nothing to undo.']);
  });

  test('waits for the answer of a move that is on its way', async () => {
    answers = [done(), done()];
    filing.file('e9', ARCHIVE);
    filing.undoLast();
    await answered();
    expect(asked.map((one) => one.path)).toEqual(['/api/emails/batch', '/api/operations/7/undo']);
    expect(isListed('e9')).toBe(true);
    expect(messages()).toEqual([]);
  });

  test('of what is gone by now says so, and the message stays away', async () => {
    const detail = 'The email was deleted for good and cannot be brought back.';
    answers = [
      done(),
      done({ changed: 0, failures: [{ email_id: 'e9', code: 'deleted_for_good', detail }] }),
    ];
    filing.file('e9', { action: 'delete', from: 'inbox', to: null, isForGood: true });
    await answered();
    expect(asked[0]?.body).toMatchObject({ action: 'delete', permanent: true });
    press('Undo');
    await answered();
    expect(isListed('e9')).toBe(false);
    expect(messages()).toEqual([detail]);
  });
});

test('what a mail server refuses later is told with the reason, and tried again on request', async () => {
  answers = [done()];
  const told = {
    intent_id: '5',
    email_id: 'e9',
    mailbox_id: null,
    kind: 'move',
    code: 'no',
    message: 'Over quota.',
  } as const;
  filing.rejected(aChange('intent_rejected', 1, told) as Parameters<FilingIntents['rejected']>[0]);
  expect(messages()).toEqual(['Over quota.']);
  press('Try again');
  await answered();
  expect(asked[0]?.path).toBe('/api/intents/retry');
});
