import { describe, expect, test } from 'vitest';
import { allOf, NO_SELECTION, portions, ranged, stillListed, toggled } from './selection';

const IDS = ['a', 'b', 'c', 'd', 'e'];
const ROWS = { idAt: (index: number) => IDS[index], indexOf: (id: string) => IDS.indexOf(id) };
const chosen = (selection: { ids: ReadonlySet<string> }): string[] => [...selection.ids].sort();

describe('choosing messages', () => {
  test('turns a message over', () => {
    const one = toggled(NO_SELECTION, 'b');
    expect(chosen(one)).toEqual(['b']);
    expect(chosen(toggled(one, 'b'))).toEqual([]);
  });

  test('extends from the one chosen last, in both directions', () => {
    const from = toggled(NO_SELECTION, 'c');
    expect(chosen(ranged(from, 'e', ROWS))).toEqual(['c', 'd', 'e']);
    expect(chosen(ranged(ranged(from, 'e', ROWS), 'a', ROWS))).toEqual(IDS);
  });

  test('without an anchor that is still listed, a range is the message alone', () => {
    expect(chosen(ranged(NO_SELECTION, 'd', ROWS))).toEqual(['d']);
    const gone = { ids: new Set(['b']), anchor: 'zz' };
    expect(chosen(ranged(gone, 'd', ROWS))).toEqual(['b', 'd']);
  });

  test('forgets what left the list, and nothing that came is chosen', () => {
    const all = allOf(['a', 'b']);
    expect(stillListed(all, new Set(IDS))).toBe(all);
    expect(chosen(stillListed(all, new Set(['b', 'c'])))).toEqual(['b']);
  });

  test('goes out in parts that a request can carry', () => {
    const many = Array.from({ length: 2_300 }, (_, at) => at);
    expect(portions(many).map((part) => part.length)).toEqual([1_000, 1_000, 300]);
    expect(portions(many).flat()).toEqual(many);
  });
});
