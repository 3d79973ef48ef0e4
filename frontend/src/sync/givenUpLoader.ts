/** Keeps the list of wishes that did not go through as the server holds it. */
import { getGivenUp } from '@/api/calls';
import type { Store } from '@/store/store';

const REST_MS = 250; // refusals of a batch come one after the other
const RETRY_MS = 10_000;

export class GivenUpLoader {
  readonly #store: Store;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Ask again soon; until it is answered, at ever the same pace. */
  readonly refresh = (afterMs = REST_MS): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), afterMs);
  };

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    try {
      this.#store.answered({ type: 'given_up_answered', page: await getGivenUp() });
    } catch {
      // The stream says when the server is away; the list can wait for its return.
      if (this.#store.get().facts.session) this.refresh(RETRY_MS);
    }
  }
}
