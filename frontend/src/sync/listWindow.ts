/**
 * Keeps the rows on screen known and fresh, page by page.
 *
 * Pages are fetched after a short rest, so that a fling through 100,000 rows asks for nothing on
 * its way; requests for pages that have left the window are aborted.
 */
import { getEmails } from '@/api/calls';
import { explain, isAborted } from '@/api/problem';
import { type ListQuery, listKey } from '@/domain/listQuery';
import { pagesNeeded, type Range } from '@/domain/segments';
import type { Store } from '@/store/store';

const PAGE = 100;
const REST_MS = 60;
const REFRESH_MS = 700; // during a first sync progress is told often; the eye needs no more
const RETRY_MS = 3_000;
const PATIENCE_MS = 10_000;

export class ListWindow {
  readonly #store: Store;
  #query: ListQuery | null = null;
  #window: Range = { from: 0, to: PAGE };
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #refreshedAt = 0;
  #askedAt = 0;
  readonly #inFlight = new Map<number, AbortController>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** These rows of this list are on screen now. */
  look(query: ListQuery, window: Range): void {
    const isOther = this.#query === null || listKey(this.#query) !== listKey(query);
    this.#query = query;
    this.#window = window;
    if (isOther) {
      this.#abortAll();
      this.#fetch();
      return;
    }
    this.#fetchAfter(REST_MS);
  }

  /** The server may think otherwise by now: fetch the window again, at most every 0.7 s. */
  refresh(): void {
    if (this.#refreshTimer !== undefined) return;
    const wait = Math.max(this.#inFlight.size > 0 ? REST_MS : 0, this.#refreshedAt + REFRESH_MS - Date.now());
    this.#refreshTimer = setTimeout(() => {
      this.#refreshTimer = undefined;
      const isBusy = this.#inFlight.size > 0 && Date.now() - this.#askedAt < PATIENCE_MS;
      if (isBusy) {
        this.refresh(); // let the answer that is under way arrive: a slow server must not starve
        return;
      }
      this.#refreshedAt = Date.now();
      this.#abortAll();
      this.#store.answered({ type: 'rows_doubted' });
      this.#fetch({ atLeastOne: true });
    }, wait);
  }

  /** Look again after an error, when the person asks for it. */
  retry(): void {
    this.#fetch();
  }

  #fetchAfter(ms: number): void {
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#fetch(), ms);
  }

  /** `atLeastOne`: the count itself is in doubt, as with a list that was empty until now. */
  #fetch({ atLeastOne = false } = {}): void {
    clearTimeout(this.#restTimer);
    const query = this.#query;
    if (!query) return;
    const list = this.#store.get().facts.lists.get(listKey(query));
    const needed = pagesNeeded(list?.segments ?? [], this.#window, list?.total ?? null, PAGE);
    if (atLeastOne && needed.length === 0) needed.push(Math.floor(this.#window.from / PAGE) * PAGE);
    // Where nothing is needed, nothing competes: a look at an empty list goes on to its end.
    for (const [page, request] of this.#inFlight) {
      if (needed.length > 0 && !needed.includes(page)) {
        request.abort();
        this.#inFlight.delete(page);
      }
    }
    for (const page of needed) if (!this.#inFlight.has(page)) void this.#load(query, page);
  }

  async #load(query: ListQuery, offset: number): Promise<void> {
    const request = new AbortController();
    if (this.#inFlight.size === 0) this.#askedAt = Date.now();
    this.#inFlight.set(offset, request);
    try {
      const page = await getEmails(query, offset, PAGE, request.signal);
      if (request.signal.aborted) return;
      this.#inFlight.delete(offset);
      this.#store.answered({ type: 'page_answered', query, offset, page });
      this.#store.troubled(listKey(query), null);
      this.#fetch();
    } catch (error) {
      if (isAborted(error)) return;
      this.#inFlight.delete(offset);
      this.#store.troubled(listKey(query), explain(error));
      this.#fetchAfter(RETRY_MS);
    }
  }

  #abortAll(): void {
    for (const request of this.#inFlight.values()) request.abort();
    this.#inFlight.clear();
  }
}
