import { X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Button, IconButton } from './Button';
import s from './Toasts.module.css';

const SHOWN_MS = 8_000;

/** What a toast offers to do; done once, then the toast goes. */
export type ToastAction = { readonly name: string; readonly run: () => void };

type Toast = { readonly id: number; readonly message: string; readonly action: ToastAction | null };

/** Short messages that come and go. One instance per app. */
export class ToastBoard {
  #toasts: readonly Toast[] = [];
  #lastId = 0;
  readonly #listeners = new Set<() => void>();

  /** The number is for `hide`. */
  readonly show = (message: string, action: ToastAction | null = null): number => {
    const id = ++this.#lastId;
    this.#set([...this.#toasts.slice(-2), { id, message, action }]);
    setTimeout(() => this.hide(id), SHOWN_MS);
    return id;
  };

  readonly hide = (id: number): void => {
    this.#set(this.#toasts.filter((toast) => toast.id !== id));
  };

  readonly get = (): readonly Toast[] => this.#toasts;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(toasts: readonly Toast[]): void {
    this.#toasts = toasts;
    for (const listener of this.#listeners) listener();
  }
}

/** The toasts on screen; the live region is always there, so that they are announced. */
export function Toasts({ board }: { board: ToastBoard }) {
  const toasts = useSyncExternalStore(board.subscribe, board.get);
  return (
    <div className={s.region} role="alert">
      {toasts.map((toast) => (
        <div key={toast.id} className={s.toast}>
          <p>{toast.message}</p>
          {toast.action && <ActionButton action={toast.action} onDone={() => board.hide(toast.id)} />}
          <IconButton label="Dismiss" onClick={() => board.hide(toast.id)}>
            <X size={16} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}

function ActionButton({ action, onDone }: { action: ToastAction; onDone: () => void }) {
  const act = (): void => {
    onDone();
    action.run();
  };
  return (
    <Button look="quiet" className={s.action} onClick={act}>
      {action.name}
    </Button>
  );
}
