/**
 * One server-sent event stream that does not give up.
 *
 * The browser reconnects by itself with `Last-Event-ID` after a broken line; it gives up for good
 * on an answer other than 200, so then we open a new one with `last_event_id`. A half-open line
 * (sleep, lost network) looks alive to the browser: a clock that jumped, the `online` event and a
 * silence probe against `/api/changes` find it out.
 */
import { getChanges } from '@/api/calls';
import { isAborted, Refused } from '@/api/problem';
import { type Change, isKnownChange } from '@/domain/change';

const SILENCE_MS = 45_000; // three heartbeats of the server, which scripts cannot see
const TICK_MS = 5_000;
const JUMP_MS = 20_000; // a timer this late means that the machine slept
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export type StreamEvents = {
  /** The last change that is part of the facts; where a new stream starts. */
  seq(): number;
  changes(changes: readonly Change[]): void;
  connected(isLive: boolean): void;
  /** The session is over. */
  signedOut(): void;
};

/** Start following; the returned function stops for good. */
export function openChangeStream(events: StreamEvents): () => void {
  const stream = new ChangeStream(events);
  stream.open();
  return () => stream.stop();
}

class ChangeStream {
  readonly #events: StreamEvents;
  #source: EventSource | null = null;
  #retryMs = FIRST_RETRY_MS;
  #retryTimer: number | undefined;
  readonly #tick: number;
  #lastTick = Date.now();
  #lastHeard = Date.now();
  #probing = false;

  constructor(events: StreamEvents) {
    this.#events = events;
    this.#tick = window.setInterval(() => this.#onTick(), TICK_MS);
    window.addEventListener('online', this.#reopen);
    window.addEventListener('offline', this.#onOffline);
    document.addEventListener('visibilitychange', this.#onVisible);
  }

  open(): void {
    window.clearTimeout(this.#retryTimer);
    this.#source?.close();
    const source = new EventSource(`/api/events?last_event_id=${this.#events.seq()}`);
    this.#source = source;
    source.onopen = () => {
      this.#heard();
      this.#retryMs = FIRST_RETRY_MS;
      this.#events.connected(true);
    };
    source.onmessage = (message) => this.#onMessage(message);
    source.onerror = () => {
      this.#events.connected(false);
      if (source.readyState === EventSource.CLOSED) this.#retry();
    };
  }

  stop(): void {
    window.clearTimeout(this.#retryTimer);
    window.clearInterval(this.#tick);
    window.removeEventListener('online', this.#reopen);
    window.removeEventListener('offline', this.#onOffline);
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#source?.close();
  }

  readonly #reopen = (): void => this.open();

  readonly #onOffline = (): void => this.#events.connected(false);

  readonly #onVisible = (): void => {
    if (document.visibilityState === 'visible') this.#onTick();
  };

  #heard(): void {
    this.#lastHeard = Date.now();
  }

  #onMessage(message: MessageEvent<string>): void {
    this.#heard();
    const change = JSON.parse(message.data) as { type: string };
    if (isKnownChange(change)) this.#events.changes([change]);
  }

  /** The server answered, but not with a stream: find out why before the next try. */
  #retry(): void {
    void getChanges(this.#events.seq()).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof Refused && error.status === 401) this.#events.signedOut();
      },
    );
    this.#retryTimer = window.setTimeout(() => this.open(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS);
  }

  #onTick(): void {
    const now = Date.now();
    const slept = now - this.#lastTick > JUMP_MS + TICK_MS;
    this.#lastTick = now;
    if (slept) this.open();
    else if (now - this.#lastHeard > SILENCE_MS) void this.#probe();
  }

  /** Ask for changes the other way; a stream that missed some is dead. */
  async #probe(): Promise<void> {
    if (this.#probing || this.#source?.readyState !== EventSource.OPEN) return;
    this.#probing = true;
    this.#heard();
    try {
      const page = await getChanges(this.#events.seq());
      if (page.reset || page.items.length > 0) this.open();
    } catch (error) {
      if (isAborted(error)) return;
      this.#events.connected(false);
      this.open();
    } finally {
      this.#probing = false;
    }
  }
}
