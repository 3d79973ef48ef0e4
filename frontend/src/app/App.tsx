import { useLocation } from 'wouter';
import { explain } from '@/api/problem';
import { SignedOutPage, WelcomePage } from '@/features/welcome';
import { IntentsProvider } from '@/intents/hooks';
import { StoreProvider, useSelect } from '@/store/hooks';
import { SyncProvider } from '@/sync/hooks';
import { CommandProvider } from '@/ui/keyboard/commandBoard';
import { Toasts } from '@/ui/Toasts';
import type { Parts } from './composition';
import { Shell } from './Shell';

/** Everything: providers, then one of signing in, signed out, the shell. */
export function App({ parts }: { parts: Parts }) {
  const { store, sync, intents, board, toasts } = parts;
  const leave = (): void => {
    parts.signOut().catch((error: unknown) => toasts.show(`Signing out was not possible: ${explain(error)}`));
  };
  return (
    <StoreProvider store={store}>
      <SyncProvider sync={sync}>
        <IntentsProvider intents={intents}>
          <CommandProvider board={board}>
            <Door onSignOut={leave} />
            <Toasts board={toasts} />
          </CommandProvider>
        </IntentsProvider>
      </SyncProvider>
    </StoreProvider>
  );
}

function Door({ onSignOut }: { onSignOut: () => void }) {
  const [path] = useLocation();
  const session = useSelect((state) => state.facts.session);
  if (path === '/welcome' && location.hash.length > 1) return <WelcomePage />;
  if (path === '/welcome' && !session) return <WelcomePage />;
  return session ? <Shell session={session} onSignOut={onSignOut} /> : <SignedOutPage />;
}
