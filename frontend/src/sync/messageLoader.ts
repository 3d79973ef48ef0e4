/** Fetches whole messages: the open one now, its neighbours when there is time. */
import { getEmail } from '@/api/calls';
import type { EmailId } from '@/domain/entities';
import type { Store } from '@/store/store';

export class MessageLoader {
  readonly #store: Store;
  readonly #inFlight = new Map<EmailId, { request: AbortController; done: Promise<void> }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the message is in the store; joins a request that is under way. */
  async load(id: EmailId, { again = false } = {}): Promise<void> {
    if (!again && this.#store.get().facts.details.has(id)) return;
    const running = this.#inFlight.get(id);
    if (running) return running.done;
    const request = new AbortController();
    const done = getEmail(id, request.signal)
      .then((email) => this.#store.answered({ type: 'email_answered', email }))
      .finally(() => this.#inFlight.delete(id));
    this.#inFlight.set(id, { request, done });
    return done;
  }

  /** Fetch what will probably be opened next; a failure is found out when it is opened. */
  prefetch(ids: readonly EmailId[]): void {
    for (const id of ids) this.load(id).catch(() => undefined);
  }
}
