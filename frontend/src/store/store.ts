/** The state of one tab: facts, the overlay of wishes, and how we are connected. */
import type { Change } from '@/domain/change';
import { type Answer, applyChange, type Flag } from './applyChange';
import { type Facts, NO_FACTS } from './facts';
import {
  afterChanges,
  afterCounts,
  dropped,
  echoed,
  type Overlay,
  type PlaceWish,
  type Wish,
} from './overlay';

/** `lost` since this moment (ms); `since` of the others is when they began. */
export type Connection = { readonly state: 'connecting' | 'live' | 'lost'; readonly since: number };

export type State = {
  readonly facts: Facts;
  readonly overlay: Overlay;
  readonly connection: Connection;
  /** Why the last fetch of a list failed, by list key. */
  readonly troubles: ReadonlyMap<string, string>;
};

export class Store {
  #state: State;
  readonly #listeners = new Set<() => void>();

  constructor(facts: Facts = NO_FACTS, now = 0) {
    this.#state = {
      facts,
      overlay: [],
      connection: { state: 'connecting', since: now },
      troubles: new Map(),
    };
  }

  readonly get = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Changes of the stream, in order; listeners are called once. */
  changed(changes: readonly Change[]): void {
    const facts = changes.reduce(applyChange, this.#state.facts);
    this.#set({ facts, overlay: afterChanges(this.#state.overlay, changes) });
  }

  /** The answer of a request. */
  answered(...answers: readonly Answer[]): void {
    const facts = answers.reduce<Facts>(applyChange, this.#state.facts);
    const isCounted = answers.some((answer) => answer.type === 'mailboxes_answered');
    const { overlay } = this.#state;
    this.#set({ facts, overlay: isCounted ? afterCounts(overlay, () => true) : overlay });
  }

  wished(...wishes: readonly Wish[]): void {
    this.#set({ overlay: [...this.#state.overlay, ...wishes] });
  }

  /** The server took wishes: they are facts now. */
  granted(...wishes: readonly Wish[]): void {
    const pending = new Set(this.#state.overlay.flatMap((one) => (one.state === 'pending' ? [one.id] : [])));
    // Of the others the stream was faster, and may have told something newer since.
    const open = wishes.filter((wish) => pending.has(wish.id));
    if (open.length === 0) return;
    this.#set({
      facts: open.map(answerOf).reduce<Facts>(applyChange, this.#state.facts),
      overlay: echoed(this.#state.overlay, ...open.map((wish) => wish.id)),
    });
  }

  /** The server took moves back: the emails lie where they lay before. */
  takenBack(...wishes: readonly PlaceWish[]): void {
    const back = wishes.map(
      (wish): Answer => ({
        type: 'place_answered',
        email_id: wish.email_id,
        from: wish.to,
        to: wish.from,
      }),
    );
    this.#set({
      facts: back.reduce<Facts>(applyChange, this.#state.facts),
      overlay: dropped(this.#state.overlay, ...wishes.map((wish) => wish.id)),
    });
  }

  /** Moves lie so far back that no answer under way can contradict them. */
  settled(...wishes: readonly PlaceWish[]): void {
    this.refused(...wishes);
  }

  /** The server refused wishes: what is drawn falls back to the facts. */
  refused(...wishes: readonly Wish[]): void {
    const overlay = dropped(this.#state.overlay, ...wishes.map((wish) => wish.id));
    if (overlay.length < this.#state.overlay.length) this.#set({ overlay });
  }

  connected(state: Connection['state'], now: number): void {
    if (this.#state.connection.state !== state) this.#set({ connection: { state, since: now } });
  }

  /** A list could not be fetched (`null`: it can be again). */
  troubled(key: string, reason: string | null): void {
    if ((this.#state.troubles.get(key) ?? null) === reason) return;
    const troubles = new Map(this.#state.troubles);
    if (reason === null) troubles.delete(key);
    else troubles.set(key, reason);
    this.#set({ troubles });
  }

  #set(part: Partial<State>): void {
    const next = { ...this.#state, ...part };
    const old = this.#state;
    const isSame = (Object.keys(next) as (keyof State)[]).every((key) => next[key] === old[key]);
    if (isSame) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  }
}

/** The fact that a wish becomes. */
function answerOf(wish: Wish): Answer {
  const { email_id } = wish;
  if (wish.kind === 'place') return { type: 'place_answered', email_id, from: wish.from, to: wish.to };
  const flag: Flag = wish.kind === 'read' ? 'is_read' : 'is_starred';
  return { type: 'flag_answered', email_id, flag, value: wish.value };
}
