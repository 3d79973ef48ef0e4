/** Decisions about wishes that did not go through: try again, or let go. */
import { dropIntents, type IntentChoice, retryIntents } from '@/api/calls';
import { explain } from '@/api/problem';
import type { OpenIntent } from '@/domain/entities';
import { countText } from '@/domain/sizes';
import type { Store } from '@/store/store';
import type { Teller } from './undoStack';

export class ReconsiderIntents {
  readonly #store: Store;
  readonly #teller: Teller;
  readonly #refresh: () => void;

  /** `refresh` asks for the list again. */
  constructor(store: Store, teller: Teller, refresh: () => void) {
    this.#store = store;
    this.#teller = teller;
    this.#refresh = refresh;
  }

  /** They leave the list at once; a new refusal brings them back with the new reason. */
  async retry(intents: readonly OpenIntent[]): Promise<void> {
    await this.#decide(intents, async (choice) => {
      const { matched, changed } = await retryIntents(choice);
      if (changed < matched) this.#teller.show('Some of it was so already, or is gone.');
    });
  }

  /** Let them go; what is still shown for one that waits is taken back. */
  async drop(intents: readonly OpenIntent[]): Promise<void> {
    await this.#decide(intents, async (choice) => {
      const { dropped } = await dropIntents(choice);
      if (dropped > 1) this.#teller.show(`${countText(dropped)} wishes dropped.`);
    });
  }

  async #decide(
    intents: readonly OpenIntent[],
    decide: (choice: IntentChoice) => Promise<void>,
  ): Promise<void> {
    const ids = intents.map((one) => one.id);
    this.#store.answered({ type: 'intents_let_go', ids });
    try {
      await decide({ ids });
    } catch (error) {
      this.#teller.show(`This was not possible: ${explain(error)}`);
    }
    this.#refresh();
  }
}
