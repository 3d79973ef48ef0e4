import { lazy, Suspense, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Session } from '@/domain/entities';
import { AccountMenu, EditAccountPage, NewAccountPage } from '@/features/accounts';
import { AccountSyncPanel } from '@/features/syncing';
import { useSelect } from '@/store/hooks';
import { classes } from '@/ui/classes';
import { useCommand } from '@/ui/keyboard/commandBoard';
import { MailView } from './MailView';
import { type Place, readPlace } from './place';
import s from './Shell.module.css';
import { TopBar } from './TopBar';

// Seldom looked at, and never first: fetched when they are.
const NotDonePage = lazy(async () => ({ default: (await import('@/features/undone')).NotDonePage }));
const KeysDialog = lazy(async () => ({ default: (await import('@/features/help')).KeysDialog }));

type Props = { session: Session; onSignOut: () => void };

/** The app of somebody who is signed in. */
export function Shell({ session, onSignOut }: Props) {
  const [path, go] = useLocation();
  const place = readPlace(path, useSearch());
  const [showsKeys, setShowsKeys] = useState(false);
  const isReading = place.kind === 'mail' && place.open !== null;
  useCommand('help', () => setShowsKeys(true));
  return (
    <div className={classes(s.shell, isReading && s.reading)}>
      <TopBar>
        <AccountMenu session={session} onGo={go} onHelp={() => setShowsKeys(true)} onSignOut={onSignOut} />
      </TopBar>
      <Suspense fallback={null}>
        <Screen place={place} session={session} onDone={() => go('/')} />
        {showsKeys && <KeysDialog onClose={() => setShowsKeys(false)} />}
      </Suspense>
    </div>
  );
}

type ScreenProps = { place: Place; session: Session; onDone: () => void };

function Screen({ place, session, onDone }: ScreenProps) {
  const accounts = useSelect((state) => state.facts.accounts);
  const isFirst = accounts !== null && accounts.size === 0;
  if (isFirst || place.kind === 'new-account') {
    return <NewAccountPage isFirst={isFirst} isDemoAvailable={session.demo_available} onDone={onDone} />;
  }
  if (place.kind === 'account') {
    const account = accounts?.get(place.id);
    if (account) {
      return (
        <EditAccountPage key={account.id} account={account} onDone={onDone}>
          <AccountSyncPanel account={account} isNamed={false} />
        </EditAccountPage>
      );
    }
    return <NewAccountPage isFirst={false} isDemoAvailable={false} onDone={onDone} />;
  }
  if (place.kind === 'not-done') return <NotDonePage />;
  return <MailView query={place.query} open={place.open} />;
}
