import { describe, expect, test } from 'vitest';
import { at, cursorIndex, moved, NO_CURSOR } from './cursor';

const rowsOf = (...ids: (string | undefined)[]) => ({
  count: ids.length,
  idAt: (index: number) => ids[index],
  indexOf: (id: string) => ids.indexOf(id),
});

describe('the cursor of a list', () => {
  test('begins at the first row', () => {
    expect(moved(NO_CURSOR, 1, rowsOf('a', 'b'))).toEqual({ id: 'a', index: 0 });
    expect(moved(NO_CURSOR, -1, rowsOf('a', 'b'))).toEqual({ id: 'a', index: 0 });
  });

  test('stays within the list', () => {
    const rows = rowsOf('a', 'b', 'c');
    expect(moved(at(2, rows), 1, rows).index).toBe(2);
    expect(moved(at(0, rows), -1, rows).index).toBe(0);
    expect(moved(at(0, rows), Number.POSITIVE_INFINITY, rows).index).toBe(2);
    expect(moved(at(1, rows), 1, rowsOf())).toEqual(NO_CURSOR);
  });

  test('goes along with its email when mail arrives above', () => {
    const before = rowsOf('a', 'b');
    expect(cursorIndex(at(1, before), rowsOf('new', 'a', 'b'))).toBe(2);
  });

  test('stays on its row when its email is gone', () => {
    const before = rowsOf('a', 'b', 'c');
    expect(cursorIndex(at(1, before), rowsOf('a', 'c'))).toBe(1);
    expect(cursorIndex(at(2, before), rowsOf('a', 'b'))).toBe(1);
  });

  test('rests on a row that is not loaded yet', () => {
    expect(at(1, rowsOf('a', undefined))).toEqual({ id: null, index: 1 });
  });
});
