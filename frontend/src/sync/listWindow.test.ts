import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ALL_INBOXES, listKey } from '@/domain/listQuery';
import { idAt } from '@/domain/segments';
import { Store } from '@/store/store';
import { aPage } from '@/testing/builders';
import { ListWindow } from './listWindow';

const TOTAL = 100_000;

/** Requests as they come in; each is answered by hand. */
type Asked = { offset: number; signal: AbortSignal; answer: () => void; fail: (status: number) => void };
let asked: Asked[] = [];
let store: Store;
let list: ListWindow;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    const offset = Number(new URL(path, 'http://x').searchParams.get('offset'));
    const signal = init.signal as AbortSignal;
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
      asked.push({
        offset,
        signal,
        answer: () => resolve(Response.json(aPage(TOTAL - offset, 100, TOTAL))),
        fail: (status) => resolve(Response.json({ detail: 'The database is away.' }, { status })),
      });
    });
  });
  store = new Store();
  list = new ListWindow(store);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pages = (): number[] => asked.filter((one) => !one.signal.aborted).map((one) => one.offset);
const inbox = () => store.get().facts.lists.get(listKey(ALL_INBOXES));

/** Answer what is open, and let the answers be taken in. */
async function answerAll(): Promise<void> {
  for (const one of asked.splice(0)) if (!one.signal.aborted) one.answer();
  await vi.advanceTimersByTimeAsync(0);
}

describe('the window of a list', () => {
  test('asks for the first page at once', async () => {
    list.look(ALL_INBOXES, { from: 0, to: 14 });
    expect(pages()).toEqual([0]);
    await answerAll();
    expect(inbox()?.total).toBe(TOTAL);
    expect(idAt(inbox()?.segments ?? [], 3)).toBe(`e${TOTAL - 3}`);
    expect(pages()).toEqual([]);
  });

  test('a fling asks only for where it comes to rest', async () => {
    list.look(ALL_INBOXES, { from: 0, to: 14 });
    await answerAll();
    for (let row = 0; row < 80_000; row += 1_000) {
      list.look(ALL_INBOXES, { from: row, to: row + 14 });
      await vi.advanceTimersByTimeAsync(16);
    }
    list.look(ALL_INBOXES, { from: 80_095, to: 80_109 });
    await vi.advanceTimersByTimeAsync(100);
    expect(pages()).toEqual([80_000, 80_100]);
  });

  test('requests for pages that left the window are aborted', async () => {
    list.look(ALL_INBOXES, { from: 0, to: 14 });
    await answerAll();
    list.look(ALL_INBOXES, { from: 5_000, to: 5_014 });
    await vi.advanceTimersByTimeAsync(100);
    list.look(ALL_INBOXES, { from: 9_000, to: 9_014 });
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.map((one) => [one.offset, one.signal.aborted])).toEqual([
      [5_000, true],
      [9_000, false],
    ]);
  });

  test('a refresh asks for the rows on screen again, and not more often than the eye needs', async () => {
    list.look(ALL_INBOXES, { from: 0, to: 14 });
    await answerAll();
    for (let turn = 0; turn < 20; turn++) {
      list.refresh();
      await vi.advanceTimersByTimeAsync(100);
      await answerAll();
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.length).toBeLessThan(6);
    await answerAll();
    expect(inbox()?.segments.every((segment) => segment.fresh)).toBe(true);
  });

  test('an empty list is asked for again when something may have arrived', async () => {
    store.answered({
      type: 'page_answered',
      query: ALL_INBOXES,
      offset: 0,
      page: { items: [], next_cursor: null, total: 0 },
    });
    list.look(ALL_INBOXES, { from: 0, to: 1 });
    expect(pages()).toEqual([]);
    list.refresh();
    await vi.advanceTimersByTimeAsync(100);
    expect(pages()).toEqual([0]);
    await answerAll();
    expect(inbox()?.total).toBe(TOTAL);
  });

  test('scrolling does not take back the question to an empty list', async () => {
    store.answered({
      type: 'page_answered',
      query: ALL_INBOXES,
      offset: 0,
      page: { items: [], next_cursor: null, total: 0 },
    });
    list.look(ALL_INBOXES, { from: 0, to: 1 });
    list.refresh();
    await vi.advanceTimersByTimeAsync(100);
    list.look(ALL_INBOXES, { from: 0, to: 14 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked[0]?.signal.aborted).toBe(false);
    await answerAll();
    expect(inbox()?.total).toBe(TOTAL);
  });

  test('a refresh does not starve a slow answer', async () => {
    list.look(ALL_INBOXES, { from: 0, to: 14 });
    for (let turn = 0; turn < 30; turn++) {
      list.refresh();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(asked[0]?.signal.aborted).toBe(false);
    await answerAll();
    expect(inbox()?.total).toBe(TOTAL);
  });

  test('a failure is told, tried again, and forgotten when it is over', async () => {
    list.look(ALL_INBOXES, { from: 0, to: 14 });
    asked.splice(0)[0]?.fail(503);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.get().troubles.get(listKey(ALL_INBOXES))).toBe('The database is away.');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(pages()).toEqual([0]);
    await answerAll();
    expect(store.get().troubles.size).toBe(0);
  });
});
