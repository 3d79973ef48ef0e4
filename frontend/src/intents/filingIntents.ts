/**
 * Moving and deleting: the row leaves at once, and comes back with the reason if that is refused.
 *
 * The server takes a move before the mail server has carried it out, so there are two kinds of
 * "no": the answer of the request, and later `intent_rejected` on the stream. Both can be tried
 * again from the toast. A request without an answer counts as refused: a move is not repeated
 * behind the person's back.
 */
import { actOn, type PlaceOrder, retryIntent, undoOperation } from '@/api/calls';
import { newKey } from '@/api/http';
import { explain } from '@/api/problem';
import type { Change } from '@/domain/change';
import type { EmailId, Outcome } from '@/domain/entities';
import { type Filing, filingDone } from '@/domain/filing';
import { knownMailboxes } from '@/store/facts';
import { drawnEmail, type PlaceWish, placeWish } from '@/store/overlay';
import type { Store } from '@/store/store';

const SETTLED_MS = 5_000; // answers that were under way during a move have arrived by then
const KEPT_DONE = 20;

/** How the person is told, and offered something to do about it. */
export type Teller = {
  readonly show: (message: string, action?: { name: string; run: () => void }) => number;
  readonly hide: (id: number) => void;
};

/** A move that can be taken back. */
type Done = { readonly wish: PlaceWish; readonly operation: Promise<string | null>; readonly toast: number };

export class FilingIntents {
  readonly #store: Store;
  readonly #teller: Teller;
  #done: readonly Done[] = [];

  constructor(store: Store, teller: Teller) {
    this.#store = store;
    this.#teller = teller;
  }

  file(id: EmailId, filing: Filing): void {
    const { facts, overlay } = this.#store.get();
    const email = facts.emails.get(id);
    if (!email) return;
    const wish = placeWish(newKey(), drawnEmail(email, overlay), filing.from, filing.to);
    this.#store.wished(wish);
    const operation = this.#send(wish, filing);
    const toast = this.#teller.show(filingDone(filing, knownMailboxes(facts)), {
      name: 'Undo',
      run: () => this.#undo(done),
    });
    const done: Done = { wish, operation, toast };
    this.#done = [...this.#done.slice(1 - KEPT_DONE), done];
    void operation.then((made) => {
      if (made === null) this.#forget(done);
    });
  }

  /** Take the latest move back that was not taken back yet. */
  undoLast(): void {
    const last = this.#done.at(-1);
    if (last) this.#undo(last);
    else this.#teller.show('There is nothing to undo.');
  }

  /** A mail server refused what its account's rows had shown already; the stream brings them back. */
  readonly rejected = (change: Change & { type: 'intent_rejected' }): void => {
    this.#teller.show(change.message, { name: 'Try again', run: () => void this.#retry(change.intent_id) });
  };

  async #retry(intentId: string): Promise<void> {
    try {
      await retryIntent(intentId);
    } catch (error) {
      this.#teller.show(`Trying again was not possible: ${explain(error)}`);
    }
  }

  /** @returns the operation for undo; null if the request came to nothing. */
  async #send(wish: PlaceWish, filing: Filing): Promise<string | null> {
    const order: PlaceOrder = { action: filing.action, source: filing.from };
    if (filing.action === 'move' && filing.to !== null) order.mailbox = filing.to;
    if (filing.isForGood) order.permanent = true;
    try {
      const outcome = await actOn([wish.email_id], order);
      const reason = refusalOf(outcome);
      if (reason === null) {
        this.#store.granted(wish);
        setTimeout(() => this.#store.settled(wish), SETTLED_MS);
        return outcome.operation_id;
      }
      this.#refuse(wish, filing, reason);
    } catch (error) {
      this.#refuse(wish, filing, explain(error));
    }
    return null;
  }

  #refuse(wish: PlaceWish, filing: Filing, reason: string): void {
    this.#store.refused(wish);
    this.#teller.show(reason, { name: 'Try again', run: () => this.file(wish.email_id, filing) });
  }

  #undo(done: Done): void {
    if (!this.#done.includes(done)) return;
    this.#forget(done);
    void this.#takeBack(done);
  }

  async #takeBack({ wish, operation }: Done): Promise<void> {
    const id = await operation;
    if (id === null) return;
    try {
      const outcome = await undoOperation(id);
      const failure = outcome.failures[0];
      if (failure) this.#teller.show(failure.detail);
      else this.#store.takenBack(wish);
    } catch (error) {
      this.#teller.show(`Undoing was not possible: ${explain(error)}`);
    }
  }

  #forget(done: Done): void {
    this.#done = this.#done.filter((one) => one !== done);
    this.#teller.hide(done.toast);
  }
}

/** Why nothing came of an action, in a sentence; null if something did. */
function refusalOf(outcome: Outcome): string | null {
  const failure = outcome.failures[0];
  if (failure) return failure.detail;
  return outcome.changed === 0 ? 'This message is no longer there.' : null;
}
