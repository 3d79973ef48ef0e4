/** The keyboard's place in the list, and what keys do there. */
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { EmailId } from '@/domain/entities';
import type { FilingAct } from '@/domain/filing';
import { type ListQuery, listKey } from '@/domain/listQuery';
import { useIntents } from '@/intents/hooks';
import type { GridHandle } from '@/ui/grid/VirtualGrid';
import { useCommand } from '@/ui/keyboard/commandBoard';
import { at, type Cursor, cursorIndex, moved, NO_CURSOR } from './cursor';
import type { Rows } from './useRows';

type Options = {
  rows: Rows;
  query: ListQuery;
  openId: EmailId | null;
  onOpen: (id: EmailId, replace: boolean) => void;
  onFile: (act: FilingAct, id: EmailId) => void;
  grid: RefObject<GridHandle | null>;
};

export type ListActs = {
  /** Move the cursor; an open message gives way to the one under the cursor. */
  move: (by: number) => void;
  openRow: (index: number) => void;
  file: (act: FilingAct, id: EmailId) => void;
};

export function useListCursor({ rows, query, openId, onOpen, onFile, grid }: Options) {
  const [cursor, setCursor] = useState<Cursor>(NO_CURSOR);
  const { flags } = useIntents();
  const key = listKey(query);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another cursor
  useEffect(() => setCursor(NO_CURSOR), [key]);
  useEffect(() => {
    if (openId !== null) setCursor((old) => (old.id === openId ? old : { id: openId, index: old.index }));
  }, [openId]);

  // One set of acts for the life of the list; rows compare them by identity.
  const now = useRef({ rows, cursor, openId, onOpen, onFile });
  useEffect(() => {
    now.current = { rows, cursor, openId, onOpen, onFile };
  });
  const act = useMemo<ListActs>(() => {
    const go = (next: Cursor): void => {
      setCursor(next);
      now.current.cursor = next;
      if (next.index >= 0) grid.current?.show(next.index);
    };
    return {
      move(by) {
        const { openId: open, onOpen: show } = now.current;
        const next = moved(now.current.cursor, by, now.current.rows);
        go(next);
        grid.current?.focus();
        if (open !== null && next.id !== null && next.id !== open) show(next.id, true);
      },
      openRow(index) {
        const next = at(index, now.current.rows);
        go(next);
        if (next.id !== null) now.current.onOpen(next.id, now.current.openId !== null);
      },
      file(what, id) {
        now.current.onFile(what, id);
      },
    };
  }, [grid]);

  const active = cursorIndex(cursor, rows);
  const target = openId ?? (active >= 0 ? rows.idAt(active) : undefined);
  useCommand('next', () => act.move(1));
  useCommand('previous', () => act.move(-1));
  useCommand('open', () => act.openRow(Math.max(0, active)));
  useCommand('star', () => target !== undefined && flags.toggleStar(target));
  useCommand('mark-read', () => target !== undefined && flags.setRead(target, true));
  useCommand('mark-unread', () => target !== undefined && flags.setRead(target, false));
  const file = (what: FilingAct): void => {
    if (target !== undefined) act.file(what, target);
  };
  useCommand('archive', () => file('archive'));
  useCommand('delete', () => file('delete'));
  useCommand('spam', () => file('spam'));
  useCommand('move', () => file('move'));
  return { active, act };
}
