import type { ListQuery } from '@/domain/listQuery';
import { selectAccounts, useSelect } from '@/store/hooks';
import s from './EmptyList.module.css';

const WORDS = {
  all: { lead: 'Nothing here', hint: 'New mail will appear by itself.' },
  unread: { lead: 'Nothing unread', hint: 'You have read everything here.' },
  starred: { lead: 'No stars here', hint: 'Star a message to find it again quickly.' },
};

/** A list without messages: says whether that is final. */
export function EmptyList({ query }: { query: ListQuery }) {
  const accounts = useSelect(selectAccounts);
  const isFetching = [...accounts.values()].some(
    (account) => account.state === 'connecting' || account.state === 'syncing',
  );
  const words =
    isFetching && query.filter === 'all'
      ? { lead: 'Fetching your mail', hint: 'The newest messages appear here first.' }
      : WORDS[query.filter];
  return (
    <div className={s.empty} role="status">
      <p className={s.lead}>{words.lead}</p>
      <p className={s.hint}>{words.hint}</p>
    </div>
  );
}
