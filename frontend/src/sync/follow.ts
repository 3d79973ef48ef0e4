/**
 * Keeps the store true while the app is open.
 *
 * Changes come from the stream (leading tab) or from another tab, are applied in batches, and have
 * consequences: rows, counts or messages to ask for again.
 */
import { CHANGES_PAGE, getAccounts, getChanges, getMailboxes } from '@/api/calls';
import { Refused } from '@/api/problem';
import type { Change } from '@/domain/change';
import type { Store } from '@/store/store';
import { openChangeStream } from './changeStream';
import { consequences } from './consequences';
import type { ListWindow } from './listWindow';
import type { MessageLoader } from './messageLoader';
import { joinTabs, type Relay } from './tabLeader';

const BATCH_MS = 8; // within one frame: a burst of changes is drawn once
const COUNTS_MS = 800;

/** What the rest of the app wants to hear of. */
export type Told = {
  readonly signedOut: () => void;
  readonly rejected: (change: Change & { type: 'intent_rejected' }) => void;
  /** The list of wishes that did not go through is another one now. */
  readonly intentsMoved: () => void;
};

export class Follower {
  readonly #store: Store;
  readonly #list: ListWindow;
  readonly #messages: MessageLoader;
  readonly #told: Told;
  #queue: Change[] = [];
  #batchTimer: number | undefined;
  #countsTimer: number | undefined;
  #relay: Relay | null = null;
  #wasLive = false;

  constructor(store: Store, list: ListWindow, messages: MessageLoader, told: Told) {
    this.#store = store;
    this.#list = list;
    this.#messages = messages;
    this.#told = told;
  }

  start(): void {
    this.#relay = joinTabs({
      lead: () => this.#lead(),
      changes: (changes) => this.#hear(changes),
      connected: (isLive) => this.#connected(isLive),
      signedOut: this.#told.signedOut,
    });
    void this.#catchUp();
  }

  /** The session is over in every tab of this browser. */
  signOut(): void {
    this.#relay?.signedOut();
    this.stop();
  }

  stop(): void {
    this.#relay?.leave();
    this.#relay = null;
    window.clearTimeout(this.#batchTimer);
    window.clearTimeout(this.#countsTimer);
  }

  /** Ask for the accounts and mailboxes again; quiet about failures, the stream will tell. */
  readonly refreshCounts = (): void => {
    window.clearTimeout(this.#countsTimer);
    this.#countsTimer = undefined;
    void Promise.all([getAccounts(), getMailboxes()]).then(
      ([accounts, mailboxes]) =>
        this.#store.answered(
          { type: 'accounts_answered', accounts: accounts.items },
          { type: 'mailboxes_answered', mailboxes: mailboxes.items },
        ),
      (error: unknown) => this.#onError(error),
    );
  };

  #lead(): () => void {
    return openChangeStream({
      seq: () => Math.max(this.#store.get().facts.seq, this.#queue.at(-1)?.seq ?? 0),
      changes: (changes) => {
        this.#relay?.changes(changes);
        this.#hear(changes);
      },
      connected: (isLive) => {
        this.#relay?.connected(isLive);
        this.#connected(isLive);
      },
      signedOut: this.#told.signedOut,
    });
  }

  /** What happened between the page being made and this tab joining the others. */
  async #catchUp(): Promise<void> {
    try {
      let since = this.#store.get().facts.seq;
      for (;;) {
        const page = await getChanges(since);
        if (page.reset) this.#startAnew(page.next_since);
        else this.#hear(page.items);
        if (page.reset || page.items.length < CHANGES_PAGE) return;
        since = page.next_since;
      }
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Our place in the log is unknown to the server: what we hold is doubtful. */
  #startAnew(seq: number): void {
    this.#store.answered({ type: 'stream_opened', seq });
    this.#list.refresh();
    this.refreshCounts();
  }

  #onError(error: unknown): void {
    if (error instanceof Refused && error.status === 401) this.#told.signedOut();
  }

  #connected(isLive: boolean): void {
    this.#store.connected(isLive ? 'live' : 'lost', Date.now());
    if (isLive && !this.#wasLive) this.#list.retry();
    this.#wasLive = isLive;
  }

  #hear(changes: readonly Change[]): void {
    this.#queue.push(...changes);
    this.#batchTimer ??= window.setTimeout(() => this.#apply(), BATCH_MS);
  }

  #apply(): void {
    this.#batchTimer = undefined;
    const changes = this.#queue.sort((a, b) => a.seq - b.seq);
    this.#queue = [];
    const before = this.#store.get().facts;
    const fresh = changes.filter((one) => one.seq > before.seq || one.type === 'reset');
    this.#store.changed(fresh);
    for (const one of fresh) if (one.type === 'intent_rejected') this.#told.rejected(one);
    const due = consequences(before, fresh);
    if (due.rows) this.#list.refresh();
    if (due.intents) this.#told.intentsMoved();
    if (due.accounts) this.refreshCounts();
    else if (due.mailboxes) this.#countsTimer ??= window.setTimeout(this.refreshCounts, COUNTS_MS);
    else if (fresh.some((one) => one.type === 'mailbox_updated')) {
      window.clearTimeout(this.#countsTimer);
      this.#countsTimer = undefined;
    }
    for (const id of due.emails) this.#messages.load(id, { again: true }).catch(() => undefined);
  }
}
