import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes';
import s from './Notice.module.css';

const ICONS = { info: Info, warn: TriangleAlert, danger: CircleAlert };

type Props = {
  tone: keyof typeof ICONS;
  children: ReactNode;
  action?: ReactNode;
  className?: string | undefined;
};

/** A line that explains something, with at most one thing to do about it. */
export function Notice({ tone, children, action, className }: Props) {
  const Icon = ICONS[tone];
  return (
    <div className={classes(s.notice, s[tone], className)}>
      <Icon size={16} aria-hidden="true" />
      <div className={s.words}>{children}</div>
      {action}
    </div>
  );
}
