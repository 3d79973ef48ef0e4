/**
 * One stream per browser, whatever its tabs.
 *
 * Over HTTP/1.1 a browser opens six connections to a host; a stream in every tab would leave none
 * for requests. The tab that holds a Web Lock follows the stream and relays what it hears to the
 * others; when it goes, the lock passes on and the next tab resumes from its own last change.
 */
import { assertNever, type Change } from '@/domain/change';

const LOCK = 'vexmail-change-stream';
const CHANNEL = 'vexmail-changes';

type Relayed =
  | { kind: 'changes'; changes: readonly Change[] }
  | { kind: 'connected'; isLive: boolean }
  | { kind: 'who' }
  | { kind: 'signed-out' };

export type Tab = {
  /** This tab leads now: follow the stream; the returned function stops it. */
  lead(): () => void;
  changes(changes: readonly Change[]): void;
  connected(isLive: boolean): void;
  /** Somebody signed out in another tab. */
  signedOut(): void;
};

export type Relay = {
  /** The leader tells the other tabs. */
  changes(changes: readonly Change[]): void;
  connected(isLive: boolean): void;
  signedOut(): void;
  leave(): void;
};

/** Join the tabs of this browser. Without locks or channels (old or insecure context) each tab leads. */
export function joinTabs(tab: Tab): Relay {
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel(CHANNEL) : null;
  const end = new AbortController();
  let isLeader = false;
  let isLive = false;
  let stopLeading: () => void = () => undefined;
  const post = (message: Relayed): void => channel?.postMessage(message);

  const hear = (message: Relayed): void => {
    switch (message.kind) {
      case 'who':
        if (isLeader) post({ kind: 'connected', isLive });
        return;
      case 'changes':
        tab.changes(message.changes);
        return;
      case 'connected':
        if (!isLeader) tab.connected(message.isLive);
        return;
      case 'signed-out':
        tab.signedOut();
        return;
      default:
        assertNever(message);
    }
  };
  if (channel) channel.onmessage = ({ data }: MessageEvent<Relayed>) => hear(data);

  const lead = (): void => {
    isLeader = true;
    stopLeading = tab.lead();
  };
  if (navigator.locks && channel) {
    const held = (): Promise<void> =>
      new Promise((resolve) => {
        end.signal.addEventListener('abort', () => resolve());
        lead();
      });
    // Rejects only when we leave before the lock came: nothing to do then.
    navigator.locks.request(LOCK, { signal: end.signal }, held).catch(() => undefined);
    post({ kind: 'who' });
  } else lead();

  return {
    changes: (changes) => post({ kind: 'changes', changes }),
    connected: (live) => {
      isLive = live;
      post({ kind: 'connected', isLive });
    },
    signedOut: () => post({ kind: 'signed-out' }),
    leave: () => {
      stopLeading();
      end.abort();
      channel?.close();
    },
  };
}
