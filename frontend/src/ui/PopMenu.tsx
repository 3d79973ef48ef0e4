import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { onMenuKey } from './Menu';
import s from './Menu.module.css';

/** A place on the screen, in pixels of the viewport. */
export type Spot = { readonly x: number; readonly y: number };

type Props = {
  label: string;
  at: Spot;
  onClose: () => void;
  /** MenuItems. */
  children: ReactNode;
};

const EDGE_PX = 8;

/**
 * A menu at a spot, above everything, also inside of a dialog (WAI-ARIA menu): arrows move, Esc or
 * a press elsewhere closes, and the focus goes back to where it was.
 */
export function PopMenu({ label, at, onClose, children }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useLayoutEffect(() => {
    const menu = ref.current;
    if (!menu) return;
    const before = document.activeElement;
    menu.showPopover();
    const box = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(EDGE_PX, Math.min(at.x, innerWidth - box.width - EDGE_PX))}px`;
    menu.style.top = `${Math.max(EDGE_PX, Math.min(at.y, innerHeight - box.height - EDGE_PX))}px`;
    menu.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [at]);
  return (
    <div
      ref={ref}
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      className={s.pop}
      onToggle={(event) => {
        if (event.newState === 'closed') close.current();
      }}
      onKeyDown={(event) => onMenuKey(event, onClose)}
    >
      {children}
    </div>
  );
}
