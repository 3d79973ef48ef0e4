/** Where the keyboard is in a list: an email if one is known there, and its row. Pure. */

export type Cursor = { readonly id: string | null; readonly index: number };

export const NO_CURSOR: Cursor = { id: null, index: -1 };

type Rows = {
  readonly count: number;
  readonly idAt: (index: number) => string | undefined;
  readonly indexOf: (id: string) => number;
};

/** The row of the cursor now: it goes along with its email, and stays when that is gone. */
export function cursorIndex(cursor: Cursor, rows: Rows): number {
  const found = cursor.id === null ? -1 : rows.indexOf(cursor.id);
  return found >= 0 ? found : Math.min(cursor.index, rows.count - 1);
}

/** Move by rows, within the list; without a cursor any move goes to the first row. */
export function moved(cursor: Cursor, by: number, rows: Rows): Cursor {
  if (rows.count === 0) return NO_CURSOR;
  const from = cursorIndex(cursor, rows);
  const index = from < 0 ? 0 : Math.min(rows.count - 1, Math.max(0, from + by));
  return at(index, rows);
}

/** The cursor on a row. */
export function at(index: number, rows: Rows): Cursor {
  return { id: rows.idAt(index) ?? null, index };
}
