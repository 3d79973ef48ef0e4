/**
 * Moving and deleting, one message or many: the rows leave at once, and come back with the reason
 * if that is refused.
 *
 * The server takes a move before the mail server has carried it out, so there are two kinds of
 * "no": the answer of the request, and later `intent_rejected` on the stream. Both can be tried
 * again from the toast. A request without an answer counts as refused: a move is not repeated
 * behind the person's back.
 */
import { actOn, type BatchOrder, retryIntents } from '@/api/calls';
import { newKey } from '@/api/http';
import { explain } from '@/api/problem';
import type { Change } from '@/domain/change';
import type { EmailId, Outcome } from '@/domain/entities';
import { type Filing, filingDone, type Plan } from '@/domain/filing';
import { portions } from '@/domain/selection';
import { knownMailboxes } from '@/store/facts';
import { drawnEmail, type PlaceWish, placeWish } from '@/store/overlay';
import type { Store } from '@/store/store';
import { type Teller, UndoStack } from './undoStack';

const SETTLED_MS = 5_000; // answers that were under way during a move have arrived by then
const SAY_AGAIN_MS = 4_000; // refusals of one batch come together: they are said once

/** What one request asks for. */
type Part = { readonly filing: Filing; readonly wishes: readonly PlaceWish[] };

export class FilingIntents {
  readonly #store: Store;
  readonly #teller: Teller;
  readonly #undo: UndoStack;
  #lastSaid = { message: '', at: 0 };

  constructor(store: Store, teller: Teller, undo = new UndoStack(teller)) {
    this.#store = store;
    this.#teller = teller;
    this.#undo = undo;
  }

  file(id: EmailId, filing: Filing): void {
    this.fileAll([{ ids: [id], filing }]);
  }

  /** File many at once, undone as one. */
  fileAll(plans: readonly Plan[]): void {
    const parts = plans.flatMap((plan) => this.#partsOf(plan));
    const wishes = parts.flatMap((part) => part.wishes);
    const first = parts[0];
    if (!first) return;
    this.#store.wished(...wishes);
    const words = filingDone(first.filing, knownMailboxes(this.#store.get().facts), wishes.length);
    const operations = Promise.all(parts.map((part) => this.#send(part)));
    this.#undo.push(
      words,
      operations.then((made) => made.flatMap((id) => id ?? [])),
      () => this.#store.takenBack(...wishes),
    );
  }

  /** Take the latest act back that was not taken back yet. */
  undoLast(): void {
    this.#undo.undoLast();
  }

  /** A mail server refused what its account's rows had shown already; the stream brings them back. */
  readonly rejected = (change: Change & { type: 'intent_rejected' }): void => {
    const now = Date.now();
    const isRepeated = this.#lastSaid.message === change.message && now - this.#lastSaid.at < SAY_AGAIN_MS;
    this.#lastSaid = { message: change.message, at: now };
    if (isRepeated) return;
    this.#teller.show(change.message, { name: 'Try again', run: () => void this.#retry(change.intent_id) });
  };

  async #retry(intentId: string): Promise<void> {
    try {
      await retryIntents({ ids: [intentId] });
    } catch (error) {
      this.#teller.show(`Trying again was not possible: ${explain(error)}`);
    }
  }

  #partsOf({ ids, filing }: Plan): Part[] {
    const { facts, overlay } = this.#store.get();
    const wishes = ids.flatMap((id) => {
      const email = facts.emails.get(id);
      return email ? [placeWish(newKey(), drawnEmail(email, overlay), filing.from, filing.to)] : [];
    });
    return portions(wishes).map((portion) => ({ filing, wishes: portion }));
  }

  /** @returns the operation for undo; null if the request came to nothing. */
  async #send({ filing, wishes }: Part): Promise<string | null> {
    const order: BatchOrder = { action: filing.action, source: filing.from };
    if (filing.action === 'move' && filing.to !== null) order.mailbox = filing.to;
    if (filing.isForGood) order.permanent = true;
    try {
      const outcome = await actOn(
        wishes.map((wish) => wish.email_id),
        order,
      );
      const failed = failedOf(outcome, wishes);
      const done = wishes.filter((wish) => !failed.includes(wish));
      if (failed.length > 0) this.#refuse(failed, filing, reasonOf(outcome, wishes.length));
      if (done.length === 0) return null;
      this.#store.granted(...done);
      setTimeout(() => this.#store.settled(...done), SETTLED_MS);
      return outcome.operation_id;
    } catch (error) {
      this.#refuse(wishes, filing, explain(error));
    }
    return null;
  }

  #refuse(wishes: readonly PlaceWish[], filing: Filing, reason: string): void {
    this.#store.refused(...wishes);
    const ids = wishes.map((wish) => wish.email_id);
    const words = ids.length > 1 ? `${ids.length} messages stay where they were: ${reason}` : reason;
    this.#teller.show(words, { name: 'Try again', run: () => this.fileAll([{ ids, filing }]) });
  }
}

/** The wishes that came to nothing: those named, or all when nothing changed. */
function failedOf(outcome: Outcome, wishes: readonly PlaceWish[]): readonly PlaceWish[] {
  if (outcome.changed === 0) return wishes;
  const failed = new Set(outcome.failures.map((failure) => failure.email_id));
  return wishes.filter((wish) => failed.has(wish.email_id));
}

/** Why something came to nothing, in a sentence. */
function reasonOf(outcome: Outcome, asked: number): string {
  const gone = asked > 1 ? 'They are no longer there.' : 'This message is no longer there.';
  return outcome.failures[0]?.detail ?? gone;
}
