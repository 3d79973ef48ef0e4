import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anchoredScroll,
  contentHeight,
  drawnRows,
  MAX_PX,
  pickAnchor,
  rowTop,
  scale,
  scrollToShow,
  visibleRows,
} from './windowing';

const ROW = 56;

const geometry = fc.record({
  count: fc.integer({ min: 0, max: 1_000_000 }),
  rowHeight: fc.constant(ROW),
  viewport: fc.integer({ min: 100, max: 1_400 }),
});

/** A list and a place in it that scrolling can reach. */
const placed = geometry.chain((g) =>
  fc.tuple(fc.constant(g), fc.double({ min: 0, max: 1, noNaN: true })).map(([one, part]) => ({
    g: one,
    scrollTop: Math.floor(part * Math.max(0, contentHeight(one) - one.viewport)),
  })),
);

describe('the window of a long list', () => {
  test('draws every row that can be seen and few more', () => {
    fc.assert(
      fc.property(placed, ({ g, scrollTop }) => {
        const seen = visibleRows(g, scrollTop);
        const drawn = drawnRows(g, scrollTop);
        expect(drawn.from).toBeLessThanOrEqual(seen.from);
        expect(drawn.to).toBeGreaterThanOrEqual(seen.to);
        expect(drawn.to - drawn.from).toBeLessThanOrEqual(Math.ceil(g.viewport / ROW) + 18);
        expect(drawn.to).toBeLessThanOrEqual(g.count);
      }),
    );
  });

  test('never makes an element taller than browsers bear', () => {
    fc.assert(
      fc.property(geometry, (g) => {
        expect(contentHeight(g)).toBeLessThanOrEqual(MAX_PX);
      }),
    );
  });

  test('shows the last row at the end of the scroll bar', () => {
    fc.assert(
      fc.property(geometry, (g) => {
        fc.pre(g.count * ROW > g.viewport);
        expect(visibleRows(g, contentHeight(g) - g.viewport).to).toBe(g.count);
      }),
    );
  });

  test('places neighbouring rows one below the other', () => {
    fc.assert(
      fc.property(placed, ({ g, scrollTop }) => {
        const { from, to } = drawnRows(g, scrollTop);
        for (let row = from; row + 1 < to; row++) {
          expect(rowTop(g, row + 1, scrollTop) - rowTop(g, row, scrollTop)).toBeCloseTo(ROW, 3);
        }
      }),
    );
  });

  test('brings any row into view', () => {
    fc.assert(
      fc.property(placed, fc.nat(), ({ g, scrollTop }, any) => {
        fc.pre(g.count > 0);
        const row = any % g.count;
        const top = scrollToShow(g, row, scrollTop);
        const onScreen = rowTop(g, row, top) - top;
        expect(onScreen).toBeGreaterThanOrEqual(-0.01);
        expect(onScreen + ROW).toBeLessThanOrEqual(Math.max(g.viewport, ROW) + 0.01);
      }),
    );
  });
});

describe('the anchor', () => {
  test('keeps its place on screen when rows come and go above it', () => {
    fc.assert(
      fc.property(placed, fc.integer({ min: -500, max: 500 }), ({ g, scrollTop }, shift) => {
        fc.pre(scrollTop > 0 && scale(g) === 1);
        const anchor = pickAnchor(g, scrollTop, (row) => `id${row}`);
        fc.pre(anchor !== null && anchor.index + shift > 0);
        if (!anchor) return;
        const after = { ...g, count: g.count + shift };
        fc.pre(after.count * ROW <= MAX_PX);
        const top = anchoredScroll(after, scrollTop, anchor, () => anchor.index + shift);
        const limit = Math.max(0, contentHeight(after) - after.viewport);
        fc.pre(top > 0 && top < limit);
        const before = rowTop(g, anchor.index, scrollTop) - scrollTop;
        expect(rowTop(after, anchor.index + shift, top) - top).toBeCloseTo(before, 3);
      }),
    );
  });

  test('holds nothing at the very top, so that new mail is seen', () => {
    const g = { count: 100, rowHeight: ROW, viewport: 600 };
    expect(anchoredScroll(g, 0, { id: 'a', index: 0 }, () => 3)).toBe(0);
  });

  test('holds nothing when its row is gone', () => {
    const g = { count: 100, rowHeight: ROW, viewport: 600 };
    expect(anchoredScroll(g, 300, { id: 'a', index: 5 }, () => -1)).toBe(300);
  });

  test('is the first wholly visible row whose id is known', () => {
    const g = { count: 100, rowHeight: ROW, viewport: 600 };
    const known = (row: number): string | undefined => (row >= 4 ? `id${row}` : undefined);
    expect(pickAnchor(g, ROW + 1, known)).toEqual({ id: 'id4', index: 4 });
  });
});
