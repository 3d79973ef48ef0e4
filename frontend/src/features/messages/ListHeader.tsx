import { RefreshCw } from 'lucide-react';
import { Link } from 'wouter';
import type { ListFilter, ListQuery } from '@/domain/listQuery';
import { countText } from '@/domain/sizes';
import { useIntents } from '@/intents/hooks';
import { selectListUnread, useSelect } from '@/store/hooks';
import { IconButton } from '@/ui/Button';
import { classes } from '@/ui/classes';
import s from './ListHeader.module.css';

const FILTERS: readonly { filter: ListFilter; name: string }[] = [
  { filter: 'all', name: 'All' },
  { filter: 'unread', name: 'Unread' },
  { filter: 'starred', name: 'Starred' },
];

type Props = { title: string; query: ListQuery; hrefOf: (filter: ListFilter) => string };

/** The list's name, how much of it is new, and which part of it is shown. */
export function ListHeader({ title, query, hrefOf }: Props) {
  const unread = useSelect((state) => selectListUnread(state, query));
  const { accounts } = useIntents();
  return (
    <header className={s.header}>
      <h1 className={s.title}>{title}</h1>
      <span className={s.count}>{unread > 0 ? `${countText(unread)} unread` : ''}</span>
      <nav className={s.filters} aria-label="Filter">
        {FILTERS.map(({ filter, name }) => (
          <Link
            key={filter}
            href={hrefOf(filter)}
            replace
            className={classes(s.filter, filter === query.filter && s.chosen)}
            aria-current={filter === query.filter ? 'true' : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
      <IconButton label="Check for new mail" onClick={() => void accounts.syncNow()}>
        <RefreshCw size={16} />
      </IconButton>
    </header>
  );
}
