import { useId, useMemo, useState } from 'react';
import { useIntents } from '@/intents/hooks';
import { selectAccounts, useSelect } from '@/store/hooks';
import { accountSync, overall } from '@/store/syncStatus';
import { Button } from '@/ui/Button';
import { classes } from '@/ui/classes';
import { Meter } from '@/ui/Meter';
import { AccountSyncPanel } from './AccountSyncPanel';
import s from './SyncStatus.module.css';

/** One quiet line at the foot of the rail; pressed, it shows every account and mailbox. */
export function SyncStatus({ isNarrow }: { isNarrow: boolean }) {
  const facts = useSelect((state) => state.facts);
  const accounts = useSelect(selectAccounts);
  const [isOpen, setOpen] = useState(false);
  const { accounts: intents } = useIntents();
  const id = useId();
  const { progress, bodies, mailboxes } = facts;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the facts only these count here
  const now = useMemo(
    () => overall([...accounts.values()].map((account) => accountSync(facts, account))),
    [accounts, progress, bodies, mailboxes],
  );
  if (accounts.size === 0) return null;
  return (
    <div className={s.foot}>
      {now.part !== null && <Meter label={now.words} value={now.part * 1000} max={1000} />}
      <button
        type="button"
        className={classes(s.button, isNarrow && s.narrow)}
        popoverTarget={id}
        aria-expanded={isOpen}
        title={isNarrow ? now.words : undefined}
      >
        <span className={classes(s.dot, s[now.tone])} aria-hidden="true" />
        <span className={isNarrow ? 'visually-hidden' : s.words}>{now.words}</span>
      </button>
      <div
        id={id}
        popover="auto"
        role="dialog"
        aria-label="Fetching mail"
        className={s.panel}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {isOpen && (
          <>
            {[...accounts.values()].map((account) => (
              <AccountSyncPanel key={account.id} account={account} isNamed />
            ))}
            <div className={s.actions}>
              <Button onClick={() => void intents.syncNow()}>Sync now</Button>
            </div>
          </>
        )}
      </div>
    </div>
  );
}
