/**
 * Read and star: shown at once, sent in order per email, taken back with the reason if refused.
 *
 * While the server cannot be reached a wish waits and is tried again; it is never given up for
 * that, only the server's own "no" takes it back.
 */

import { actOn, setRead, setStarred } from '@/api/calls';
import { newKey } from '@/api/http';
import { explain, Refused, Unreachable } from '@/api/problem';
import type { EmailId } from '@/domain/entities';
import { portions } from '@/domain/selection';
import { countText } from '@/domain/sizes';
import { drawnEmail, type FlagWish, type WishKind, wishFor } from '@/store/overlay';
import type { Store } from '@/store/store';
import type { UndoStack } from './undoStack';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class FlagIntents {
  readonly #store: Store;
  readonly #onRefused: (message: string) => void;
  readonly #undo: UndoStack;
  readonly #lanes = new Map<EmailId, Promise<void>>();

  constructor(store: Store, onRefused: (message: string) => void, undo: UndoStack) {
    this.#store = store;
    this.#onRefused = onRefused;
    this.#undo = undo;
  }

  /** The same for many messages, undone as one; those that are so already are left out. */
  setAll(kind: WishKind, ids: readonly EmailId[], value: boolean): void {
    const wishes = ids.flatMap((id) => {
      const drawn = this.#drawn(id);
      return (drawn && wishFor(newKey(), kind, drawn, value)) ?? [];
    });
    if (wishes.length === 0) return;
    this.#store.wished(...wishes);
    const operations = Promise.all(portions(wishes).map((part) => this.#sendAll(kind, part, value)));
    const count = `${countText(wishes.length)} ${wishes.length === 1 ? 'message' : 'messages'}`;
    this.#undo.push(
      `${count} ${doneWords(kind, value)}`,
      operations.then((made) => made.flatMap((id) => id ?? [])),
      () => undefined, // the stream tells the flags anew
    );
  }

  async #sendAll(kind: WishKind, wishes: readonly FlagWish[], value: boolean): Promise<string | null> {
    const ids = wishes.map((wish) => wish.email_id);
    try {
      const outcome = await actOn(ids, { action: BATCH_ACTION[kind][value ? 'set' : 'clear'] });
      this.#store.granted(...wishes);
      return outcome.operation_id;
    } catch (error) {
      this.#store.refused(...wishes);
      this.#onRefused(`${wishes.length} messages stay as they were: ${explain(error)}`);
      return null;
    }
  }

  setRead(id: EmailId, value: boolean): void {
    this.#wish('read', id, value);
  }

  setStarred(id: EmailId, value: boolean): void {
    this.#wish('star', id, value);
  }

  /** Turn the star over, from what is drawn now. */
  toggleStar(id: EmailId): void {
    const drawn = this.#drawn(id);
    if (drawn) this.setStarred(id, !drawn.is_starred);
  }

  #drawn(id: EmailId) {
    const { facts, overlay } = this.#store.get();
    const fact = facts.emails.get(id);
    return fact && drawnEmail(fact, overlay);
  }

  #wish(kind: WishKind, id: EmailId, value: boolean): void {
    const drawn = this.#drawn(id);
    const wish = drawn && wishFor(newKey(), kind, drawn, value);
    if (!wish) return;
    this.#store.wished(wish);
    const lane = (this.#lanes.get(id) ?? Promise.resolve()).then(() => this.#send(wish));
    this.#lanes.set(id, lane);
    void lane.then(() => {
      if (this.#lanes.get(id) === lane) this.#lanes.delete(id);
    });
  }

  async #send(wish: FlagWish): Promise<void> {
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        await (wish.kind === 'read' ? setRead : setStarred)(wish.email_id, wish.value);
        this.#store.granted(wish);
        return;
      } catch (error) {
        if (!isPassing(error)) {
          this.#store.refused(wish);
          this.#onRefused(`${nameOf(wish)} was not possible: ${explain(error)}`);
          return;
        }
        await pause(wait);
      }
    }
  }
}

const BATCH_ACTION = {
  read: { set: 'read', clear: 'unread' },
  star: { set: 'star', clear: 'unstar' },
} as const;

const doneWords = (kind: WishKind, value: boolean): string =>
  kind === 'star' ? (value ? 'starred' : 'no longer starred') : `marked as ${value ? 'read' : 'unread'}`;

const isPassing = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refused && error.retryAfter !== null);

const nameOf = (wish: FlagWish): string =>
  wish.kind === 'star'
    ? wish.value
      ? 'Adding the star'
      : 'Removing the star'
    : `Marking as ${wish.value ? 'read' : 'unread'}`;
