import { useMemo } from 'react';
import { Link } from 'wouter';
import { roughDuration } from '@/domain/dates';
import type { Account } from '@/domain/entities';
import { type ListQuery, listKey } from '@/domain/listQuery';
import { countText } from '@/domain/sizes';
import { selectAccounts, useSelect } from '@/store/hooks';
import { Meter } from '@/ui/Meter';
import { Notice } from '@/ui/Notice';
import { firstSync } from './firstSync';
import s from './ListNotices.module.css';

/** What a person should know above the list: accounts in trouble, a list that could not be fetched. */
export function ListNotices({ query, onRetry }: { query: ListQuery; onRetry: () => void }) {
  const accounts = useSelect(selectAccounts);
  const trouble = useSelect((state) => state.troubles.get(listKey(query)));
  const ill = [...accounts.values()].filter((account) => account.error !== null && isIll(account));
  return (
    <>
      {ill.map((account) => (
        <Notice
          key={account.id}
          tone={account.state === 'needs_attention' ? 'danger' : 'warn'}
          className={s.notice}
          action={
            account.state === 'needs_attention' ? (
              <Link href={`/accounts/${account.id}`}>Fix this</Link>
            ) : null
          }
        >
          <strong>{account.email}</strong>: {account.error?.message}
          {account.state === 'offline' && ' Trying again by itself; what is here stays readable.'}
        </Notice>
      ))}
      {trouble !== undefined && (
        <Notice
          tone="warn"
          className={s.notice}
          action={
            <button type="button" onClick={onRetry}>
              Try again
            </button>
          }
        >
          This list could not be brought up to date. {trouble}
        </Notice>
      )}
    </>
  );
}

const isIll = (account: Account): boolean =>
  account.state === 'needs_attention' || account.state === 'offline';

/** A thin strip while the first sync goes on; the list below is usable all the time. */
export function SyncStrip({ query }: { query: ListQuery }) {
  const facts = useSelect((state) => state.facts);
  const sum = useMemo(() => firstSync(facts, query), [facts, query]);
  if (!sum) return null;
  return (
    <div className={s.strip}>
      <Meter label="First sync" value={sum.done} max={sum.total} />
      <p className={s.words}>
        Fetching the list: {countText(sum.done)} of {countText(sum.total)}
        {sum.seconds !== null && `, ${roughDuration(sum.seconds)} left`}
      </p>
    </div>
  );
}
