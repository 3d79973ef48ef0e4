import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import s from './PlainPage.module.css';

type Props = {
  title: string;
  /** How wide a column: for fields, or for rows of text. */
  shape: 'form' | 'list';
  /** Whether there is mail to go back to. */
  isFirst?: boolean;
  children: ReactNode;
};

/** A page beside the mail: one column under a title, and the way back. */
export function PlainPage({ title, shape, isFirst = false, children }: Props) {
  return (
    <main className={s.page}>
      <div className={s[shape]}>
        {!isFirst && (
          <Link href="/" className={s.back}>
            <ArrowLeft size={16} aria-hidden="true" />
            Back to your mail
          </Link>
        )}
        <h1 className={s.title}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
