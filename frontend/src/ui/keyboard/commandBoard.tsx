/** Joins keys to what the parts of the app on screen can do. */
import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';
import { type CommandId, readKey } from '@/domain/commands';

const SEQUENCE_MS = 1_200; // "g" waits this long for the next key

/** Handlers by command; the part mounted last wins. */
export class CommandBoard {
  readonly #handlers = new Map<CommandId, (() => void)[]>();
  #pending = '';
  #pendingUntil = 0;

  bind(id: CommandId, handler: () => void): () => void {
    this.#handlers.set(id, [...(this.#handlers.get(id) ?? []), handler]);
    return () => {
      const left = (this.#handlers.get(id) ?? []).filter((one) => one !== handler);
      this.#handlers.set(id, left);
    };
  }

  run(id: CommandId): boolean {
    const handler = this.#handlers.get(id)?.at(-1);
    handler?.();
    return handler !== undefined;
  }

  /** Feed a key press of the page or of a message frame. */
  readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || isTyping(event)) return;
    const pending = Date.now() < this.#pendingUntil ? this.#pending : '';
    const outcome = readKey(pending, event);
    this.#pending = outcome.pending;
    this.#pendingUntil = Date.now() + SEQUENCE_MS;
    if (outcome.command && this.run(outcome.command)) event.preventDefault();
  };
}

// A frame's elements belong to another realm, where `instanceof Element` is false: ask by shape.
function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as Partial<HTMLElement> | null;
  if (document.querySelector('dialog[open]')) return true;
  if (!target?.closest) return false;
  if (target.isContentEditable || target.closest('input, textarea, select, [role="menu"]')) return true;
  // Enter and Escape on a button or link mean that button or link.
  return event.key === 'Enter' && target.closest('button, a, summary') !== null;
}

const BoardContext = createContext<CommandBoard | null>(null);

/** Listens on the page for as long as it is mounted. */
export function CommandProvider(props: { board: CommandBoard; children: ReactNode }) {
  const { board } = props;
  useEffect(() => {
    document.addEventListener('keydown', board.onKeyDown);
    return () => document.removeEventListener('keydown', board.onKeyDown);
  }, [board]);
  return <BoardContext value={board}>{props.children}</BoardContext>;
}

export function useCommandBoard(): CommandBoard {
  const board = useContext(BoardContext);
  if (!board) throw new Error('CommandProvider is missing');
  return board;
}

/** Carry out a command while this component is mounted. */
export function useCommand(id: CommandId, handler: () => void): void {
  const board = useCommandBoard();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => board.bind(id, () => latest.current()), [board, id]);
}
