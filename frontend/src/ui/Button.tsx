import type { ButtonHTMLAttributes, ReactNode } from 'react';
import s from './Button.module.css';
import { classes } from './classes';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  /** A dialog gives it the focus. */
  'data-first'?: '';
  children: ReactNode;
};

/** A button with words. One `primary` per view. */
export function Button({ look = 'plain', className, type = 'button', ...rest }: Props) {
  return <button type={type} className={classes(s.button, s[look], className)} {...rest} />;
}

type IconProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** Spoken name and tooltip. */
  label: string;
  /** Key that does the same, shown in the tooltip. */
  hint?: string;
  children: ReactNode;
};

/** A button with only an icon. */
export function IconButton({ label, hint, className, type = 'button', ...rest }: IconProps) {
  const title = hint ? `${label} (${hint})` : label;
  return (
    <button type={type} aria-label={label} title={title} className={classes(s.icon, className)} {...rest} />
  );
}
