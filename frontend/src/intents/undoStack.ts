/** What was done lately and can be taken back, the latest first. */
import { undoOperation } from '@/api/calls';
import { explain } from '@/api/problem';

const KEPT_DONE = 20;

/** How the person is told, and offered something to do about it. */
export type Teller = {
  readonly show: (message: string, action?: { name: string; run: () => void }) => number;
  readonly hide: (id: number) => void;
};

type Done = {
  /** What the server can undo; none if the requests came to nothing. */
  readonly operations: Promise<readonly string[]>;
  readonly takenBack: () => void;
  readonly toast: number;
};

export class UndoStack {
  readonly #teller: Teller;
  #done: readonly Done[] = [];

  constructor(teller: Teller) {
    this.#teller = teller;
  }

  /** Say that something was done, with a button to undo it; `takenBack` draws that it was. */
  push(message: string, operations: Promise<readonly string[]>, takenBack: () => void): void {
    const toast = this.#teller.show(message, { name: 'Undo', run: () => this.#undo(done) });
    const done: Done = { operations, takenBack, toast };
    this.#done = [...this.#done.slice(1 - KEPT_DONE), done];
    void operations.then((made) => {
      if (made.length === 0) this.#forget(done);
    });
  }

  /** Take the latest back that was not taken back yet. */
  undoLast(): void {
    const last = this.#done.at(-1);
    if (last) this.#undo(last);
    else this.#teller.show('There is nothing to undo.');
  }

  #undo(done: Done): void {
    if (!this.#done.includes(done)) return;
    this.#forget(done);
    void this.#takeBack(done);
  }

  async #takeBack({ operations, takenBack }: Done): Promise<void> {
    const ids = await operations;
    if (ids.length === 0) return;
    try {
      const outcomes = await Promise.all(ids.map(undoOperation));
      const failure = outcomes.flatMap((outcome) => outcome.failures)[0];
      if (failure) this.#teller.show(failure.detail);
      else takenBack();
    } catch (error) {
      this.#teller.show(`Undoing was not possible: ${explain(error)}`);
    }
  }

  #forget(done: Done): void {
    this.#done = this.#done.filter((one) => one !== done);
    this.#teller.hide(done.toast);
  }
}
