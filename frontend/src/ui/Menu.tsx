import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import s from './Menu.module.css';

type Props = {
  /** The button's spoken name. */
  label: string;
  button: ReactNode;
  /** Menu contents; call `close` after an action. Items carry `role="menuitem"` (see MenuItem). */
  children: (close: () => void) => ReactNode;
};

/** A button that opens a menu below it (WAI-ARIA menu button): arrows move, Esc closes. */
export function Menu({ label, button, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const menuId = useId();

  useEffect(() => {
    if (!isOpen) return;
    itemsOf(root.current)[0]?.focus();
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [isOpen]);

  const close = (): void => {
    setOpen(false);
    trigger.current?.focus();
  };

  return (
    <div ref={root} className={s.root}>
      <button
        ref={trigger}
        type="button"
        className={s.trigger}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={menuId}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div
          id={menuId}
          role="menu"
          tabIndex={-1}
          aria-label={label}
          className={s.menu}
          onKeyDown={(event) => onMenuKey(event, close)}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}

const itemsOf = (root: HTMLElement | null): HTMLElement[] => [
  ...(root?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? []),
];

/** What keys do in a menu; `close` also gives the focus back. */
export function onMenuKey(event: KeyboardEvent<HTMLElement>, close: () => void): void {
  const items = itemsOf(event.currentTarget);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const moves: Record<string, number> = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const to = moves[event.key];
  if (to !== undefined) items[to]?.focus();
  else if (event.key === 'Escape' || event.key === 'Tab') close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

type ItemProps = {
  icon?: ReactNode;
  /** A choice that is on or off. */
  isChecked?: boolean;
  onSelect: () => void;
  children: ReactNode;
};

/** One action of a menu. */
export function MenuItem(props: ItemProps) {
  const check = { role: 'menuitemcheckbox', 'aria-checked': props.isChecked === true };
  return (
    <button
      type="button"
      {...(props.isChecked === undefined ? { role: 'menuitem' } : check)}
      tabIndex={-1}
      className={s.item}
      onClick={props.onSelect}
    >
      <span className={s.itemIcon} aria-hidden="true">
        {props.icon}
      </span>
      {props.children}
    </button>
  );
}
