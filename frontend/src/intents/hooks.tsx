/** How components express wishes. */
import { createContext, type ReactNode, useContext } from 'react';
import type { AccountIntents } from './accountIntents';
import type { FilingIntents } from './filingIntents';
import type { FlagIntents } from './flagIntents';

export type Intents = {
  readonly flags: FlagIntents;
  readonly filing: FilingIntents;
  readonly accounts: AccountIntents;
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
