/** The one place that builds the parts and joins them. */
import { getSession, signOut } from '@/api/calls';
import { AccountIntents } from '@/intents/accountIntents';
import { FilingIntents } from '@/intents/filingIntents';
import { FlagIntents } from '@/intents/flagIntents';
import type { Intents } from '@/intents/hooks';
import { MailboxIntents } from '@/intents/mailboxIntents';
import { ReconsiderIntents } from '@/intents/reconsiderIntents';
import { UndoStack } from '@/intents/undoStack';
import { Store } from '@/store/store';
import { Follower } from '@/sync/follow';
import { GivenUpLoader } from '@/sync/givenUpLoader';
import type { Sync } from '@/sync/hooks';
import { ListWindow } from '@/sync/listWindow';
import { MessageLoader } from '@/sync/messageLoader';
import { CommandBoard } from '@/ui/keyboard/commandBoard';
import { ToastBoard } from '@/ui/Toasts';
import { type Boot, factsFromBoot } from './boot';

const AFTER_FIRST_PAINT_MS = 600; // nobody looks for refusals in the first moment

export type Parts = {
  readonly store: Store;
  readonly sync: Sync;
  readonly intents: Intents;
  readonly board: CommandBoard;
  readonly toasts: ToastBoard;
  readonly signOut: () => Promise<void>;
};

/** Build everything, and start to follow the server if somebody is signed in. */
export async function compose(boot: Boot | null): Promise<Parts> {
  const store = new Store(boot ? factsFromBoot(boot) : undefined, Date.now());
  const toasts = new ToastBoard();
  const list = new ListWindow(store);
  const messages = new MessageLoader(store);
  const forget = (): void => {
    follower.stop();
    givenUp.stop();
    store.answered({ type: 'session_answered', session: null });
  };
  const undo = new UndoStack(toasts);
  const filing = new FilingIntents(store, toasts, undo);
  const givenUp = new GivenUpLoader(store);
  const follower = new Follower(store, list, messages, {
    signedOut: forget,
    rejected: filing.rejected,
    intentsMoved: givenUp.refresh,
  });
  if (!boot) await askWhoIsHere(store);
  const { session, accounts, mailboxes } = store.get().facts;
  if (session) {
    follower.start();
    givenUp.refresh(AFTER_FIRST_PAINT_MS);
    if (!accounts || !mailboxes) follower.refreshCounts();
  }
  return {
    store,
    sync: { list, messages },
    intents: {
      flags: new FlagIntents(store, toasts.show, undo),
      tell: (message) => void toasts.show(message),
      mailboxes: new MailboxIntents(store, undo),
      reconsider: new ReconsiderIntents(store, toasts, givenUp.refresh),
      filing,
      accounts: new AccountIntents(store, follower.refreshCounts, toasts.show),
    },
    board: new CommandBoard(),
    toasts,
    signOut: async () => {
      await signOut();
      follower.signOut();
      forget();
    },
  };
}

/** Without a data block in the page the session has to be asked for; a refusal means nobody. */
async function askWhoIsHere(store: Store): Promise<void> {
  const session = await getSession().catch(() => null);
  store.answered({ type: 'session_answered', session });
}
