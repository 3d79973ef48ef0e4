import { type ReactNode, useState } from 'react';
import { explain } from '@/api/problem';
import type { Account, ImapSettings } from '@/domain/entities';
import { useIntents } from '@/intents/hooks';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { PlainPage } from '@/ui/PlainPage';
import { AccountForm } from './AccountForm';
import s from './AccountPage.module.css';
import { RemoveAccount } from './RemoveAccount';

type NewProps = { isFirst: boolean; isDemoAvailable: boolean; onDone: () => void };

/** Adding an account; on a new installation this is the first screen. */
export function NewAccountPage({ isFirst, isDemoAvailable, onDone }: NewProps) {
  const { accounts } = useIntents();
  const save = async (email: string, imap: ImapSettings, signal: AbortSignal): Promise<void> => {
    await accounts.add({ email, imap }, signal);
    onDone();
  };
  return (
    <PlainPage title={isFirst ? 'Welcome to VexMail' : 'Add an account'} shape="form" isFirst={isFirst}>
      <p className={s.words}>
        {isFirst
          ? 'Connect a mailbox. VexMail mirrors it here and keeps it in step; your mail stays on your server.'
          : 'VexMail mirrors it here and keeps it in step; your mail stays on your server.'}
      </p>
      <AccountForm account={null} onSave={save} />
      {isFirst && isDemoAvailable && <DemoOffer onDone={onDone} />}
    </PlainPage>
  );
}

type EditProps = {
  account: Account;
  onDone: () => void;
  /** How the account fares. */
  children: ReactNode;
};

/** Mending an account whose server said no, or moving it to another server. */
export function EditAccountPage({ account, onDone, children }: EditProps) {
  const { accounts } = useIntents();
  const save = async (_email: string, imap: ImapSettings, signal: AbortSignal): Promise<void> => {
    await accounts.mend(account.id, imap, signal);
    onDone();
  };
  return (
    <PlainPage title={account.name || account.email} shape="form">
      <div className={s.status}>
        <div className={s.fare}>{children}</div>
        <Button onClick={() => void accounts.syncNow(account.id)}>Sync now</Button>
      </div>
      <p className={s.words}>Changes are tested against the server before they are kept.</p>
      <AccountForm account={account} onSave={save} />
      <RemoveAccount account={account} onDone={onDone} />
    </PlainPage>
  );
}

/** A mailbox to look around in, for people without one at hand. */
function DemoOffer({ onDone }: { onDone: () => void }) {
  const { accounts } = useIntents();
  const [state, setState] = useState<'idle' | 'starting' | string>('idle');
  const start = (): void => {
    setState('starting');
    accounts.startDemo().then(onDone, (error: unknown) => setState(explain(error)));
  };
  const hasFailed = state !== 'idle' && state !== 'starting';
  return (
    <section className={s.demo} aria-label="Demo">
      <div>
        <h2 className={s.demoTitle}>Just looking?</h2>
        <p className={s.words}>
          The demo starts a small mail server on this machine with some 2,000 messages, and keeps delivering
          new ones.
        </p>
      </div>
      <Button onClick={start} disabled={state === 'starting'}>
        {state === 'starting' ? 'Starting the demo' : 'Try the demo'}
      </Button>
      {hasFailed && (
        <Notice tone="danger" className={s.error}>
          {state}
        </Notice>
      )}
    </section>
  );
}
