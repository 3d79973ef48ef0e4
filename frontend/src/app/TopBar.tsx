import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { DateText } from '@/domain/dates';
import { plural } from '@/domain/sizes';
import { useSelect } from '@/store/hooks';
import { IconButton } from '@/ui/Button';
import { classes } from '@/ui/classes';
import { Mark } from '@/ui/Mark';
import { useTheme } from '@/ui/preferences';
import s from './TopBar.module.css';
import { useIsLostLong } from './useIsLostLong';

const DATES = new DateText();
const THEME_ICON = { auto: Monitor, light: Sun, dark: Moon };
const THEME_NAME = { auto: 'as the system', light: 'light', dark: 'dark' };

/** Brand, connection, light and dark, and what stands at the end (the account menu). */
export function TopBar({ children }: { children: ReactNode }) {
  const [theme, nextTheme] = useTheme();
  const ThemeIcon = THEME_ICON[theme];
  return (
    <header className={s.bar}>
      <Link href="/" className={s.brand} title="VexMail: to the inbox">
        <Mark size={24} />
        <span>VexMail</span>
      </Link>
      <ConnectionSign />
      <IconButton label={`Colours: ${THEME_NAME[theme]}. Change`} onClick={nextTheme}>
        <ThemeIcon size={18} />
      </IconButton>
      {children}
    </header>
  );
}

/** Whether what is seen is what the server has; a short loss says nothing in words. */
function ConnectionSign() {
  const connection = useSelect((state) => state.connection);
  const waiting = useSelect((state) => state.overlay.filter((wish) => wish.state === 'pending').length);
  const isLost = useIsLostLong(connection);
  const words = isLost
    ? `Offline since ${DATES.time(new Date(connection.since))}${
        waiting > 0 ? `, ${plural(waiting, 'change waits', 'changes wait')}` : ''
      }`
    : connection.state === 'live'
      ? 'Live'
      : 'Connecting';
  return (
    <p className={classes(s.connection, isLost && s.lost)} role="status" title="Connection to VexMail">
      <span className={classes(s.dot, connection.state === 'live' && s.live)} aria-hidden="true" />
      {words}
    </p>
  );
}
