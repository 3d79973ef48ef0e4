import { useEffect, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { DateText, roughDuration } from '@/domain/dates';
import type { Account } from '@/domain/entities';
import { mailboxName } from '@/domain/mailboxTree';
import { countText, plural } from '@/domain/sizes';
import type { SyncProgress } from '@/store/facts';
import { useSelect } from '@/store/hooks';
import { type AccountSync, accountSync } from '@/store/syncStatus';
import { Meter } from '@/ui/Meter';
import s from './AccountSyncPanel.module.css';

const DATES = new DateText();
const SHOWN = 8; // mailboxes by name; more are counted

/** One account: how it is, and how far each of its mailboxes has come. */
export function AccountSyncPanel({ account, isNamed }: { account: Account; isNamed: boolean }) {
  const facts = useSelect((state) => state.facts);
  const { progress, bodies, mailboxes } = facts;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the facts only these count here
  const sync = useMemo(() => accountSync(facts, account), [account, progress, bodies, mailboxes]);
  const more = sync.lists.length - SHOWN;
  return (
    <section className={s.account} aria-label={account.email}>
      {isNamed && (
        <h2 className={s.name}>
          <bdi>{account.name || account.email}</bdi>
        </h2>
      )}
      <StateLine account={account} sync={sync} />
      {sync.lists.slice(0, SHOWN).map(({ mailbox, progress: part }) => (
        <Part key={mailbox.id} name={mailboxName(mailbox)} part={part} />
      ))}
      {more > 0 && <p className={s.note}>and {plural(more, 'more folder', 'more folders')}</p>}
      {sync.bodies && <Part name="Contents of the messages" part={sync.bodies} />}
      {sync.broken.map((mailbox) => (
        <p key={mailbox.id} className={s.warn}>
          <bdi>{mailboxName(mailbox)}</bdi>: {mailbox.sync.reason}
        </p>
      ))}
      {account.paused && (
        <p className={s.warn}>
          {account.paused.reason} Goes on {DATES.header(account.paused.until, new Date())}.
        </p>
      )}
      {sync.waiting > 0 && (
        <p className={s.note}>{plural(sync.waiting, 'folder waits', 'folders wait')} for their turn</p>
      )}
    </section>
  );
}

function Part({ name, part }: { name: string; part: SyncProgress }) {
  return (
    <div className={s.part}>
      <div className={s.line}>
        <bdi className={s.box}>{name}</bdi>
        <span className={s.numbers}>
          {countText(part.done)} of {countText(part.total)}
        </span>
      </div>
      <Meter label={name} value={part.done} max={part.total} />
      <p className={s.pace}>
        {part.rate > 0 ? `${countText(Math.round(part.rate))} a second` : '\u00a0'}
        {part.estimate_s !== null && `, ${roughDuration(part.estimate_s)} left`}
      </p>
    </div>
  );
}

/** The state in words, with the reason and what comes next. */
function StateLine({ account, sync }: { account: Account; sync: AccountSync }) {
  const { state, error } = account;
  const isBusy = sync.lists.length > 0 || sync.bodies !== null;
  if (state === 'needs_attention') {
    return (
      <p className={s.danger}>
        {error?.message} <Link href={`/accounts/${account.id}`}>Fix this</Link>
      </p>
    );
  }
  if (state === 'offline') {
    return (
      <p className={s.warn}>
        {error?.message} <NextTry at={error?.retry_at ?? null} /> What is here stays readable.
      </p>
    );
  }
  if (state === 'connecting') return <p className={s.state}>Connecting to {account.imap.host}</p>;
  if (isBusy || state === 'syncing') {
    return <p className={s.state}>Fetching mail, the newest first. You can read all the time.</p>;
  }
  return <p className={s.state}>Live: new mail appears by itself.</p>;
}

function NextTry({ at }: { at: string | null }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  if (at === null) return 'Trying again by itself.';
  const when = new Date(at);
  return when.getTime() > now ? `Next try at ${DATES.time(when)}.` : 'Trying now.';
}
