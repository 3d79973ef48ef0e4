import { Inbox, Mail, Menu as MenuIcon, Star } from 'lucide-react';
import { Link } from 'wouter';
import type { ListQuery } from '@/domain/listQuery';
import { useSelect } from '@/store/hooks';
import s from './BottomBar.module.css';
import { placePath } from './place';

/** The main ways, within reach of a thumb. */
export function BottomBar({ query, onMenu }: { query: ListQuery; onMenu: () => void }) {
  const isUndone = useSelect((state) => state.facts.givenUp.total > 0);
  const isInbox = query.mailbox === null;
  const current = (filter: ListQuery['filter']) => (isInbox && query.filter === filter ? 'page' : undefined);
  return (
    <nav className={s.bar} aria-label="Main">
      <Link href={placePath(null, 'all', null)} className={s.item} aria-current={current('all')}>
        <Inbox size={20} aria-hidden="true" />
        Inbox
      </Link>
      <Link href={placePath(null, 'unread', null)} className={s.item} aria-current={current('unread')}>
        <Mail size={20} aria-hidden="true" />
        Unread
      </Link>
      <Link href={placePath(null, 'starred', null)} className={s.item} aria-current={current('starred')}>
        <Star size={20} aria-hidden="true" />
        Starred
      </Link>
      <button type="button" className={s.item} onClick={onMenu} aria-haspopup="dialog">
        <MenuIcon size={20} aria-hidden="true" />
        {isUndone && <span className={s.alarm} />}
        Folders
        {isUndone && <span className="visually-hidden">, something is not done yet</span>}
      </button>
    </nav>
  );
}
