import { TriangleAlert } from 'lucide-react';
import { Link } from 'wouter';
import { countText } from '@/domain/sizes';
import { useSelect } from '@/store/hooks';
import { classes } from '@/ui/classes';
import s from './NotDoneLink.module.css';

/** The way to wishes that did not go through; there is none while all went through. */
export function NotDoneLink({ isNarrow }: { isNarrow: boolean }) {
  const total = useSelect((state) => state.facts.givenUp.total);
  if (total === 0) return null;
  return (
    <Link
      href="/not-done"
      className={classes(s.link, isNarrow && s.narrow)}
      title={isNarrow ? `Not done yet (${countText(total)})` : undefined}
    >
      <TriangleAlert size={17} strokeWidth={1.75} aria-hidden="true" />
      <span className={isNarrow ? 'visually-hidden' : s.name}>Not done yet</span>
      <span className={s.count}>{countText(total)}</span>
    </Link>
  );
}
