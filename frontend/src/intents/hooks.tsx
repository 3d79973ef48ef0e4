/** How components express wishes. */
import { createContext, type ReactNode, useContext } from 'react';
import type { AccountIntents } from './accountIntents';
import type { FilingIntents } from './filingIntents';
import type { FlagIntents } from './flagIntents';
import type { MailboxIntents } from './mailboxIntents';
import type { ReconsiderIntents } from './reconsiderIntents';

export type Intents = {
  readonly flags: FlagIntents;
  readonly filing: FilingIntents;
  readonly accounts: AccountIntents;
  readonly mailboxes: MailboxIntents;
  readonly reconsider: ReconsiderIntents;
  /** Say something to the person. */
  readonly tell: (message: string) => void;
};

const IntentsContext = createContext<Intents | null>(null);

export function IntentsProvider(props: { intents: Intents; children: ReactNode }) {
  return <IntentsContext value={props.intents}>{props.children}</IntentsContext>;
}

export function useIntents(): Intents {
  const intents = useContext(IntentsContext);
  if (!intents) throw new Error('IntentsProvider is missing');
  return intents;
}
