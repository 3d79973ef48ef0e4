/**
 * Which rows of a long list are in the DOM, and where. Pure; rows have one height.
 *
 * Browsers clamp very tall elements (Firefox near 17.9 million px), so above `MAX_PX` the scroll
 * bar moves in larger steps than the rows: `scale` content pixels for one scrolled pixel.
 */
export const MAX_PX = 15_000_000;

const OVERSCAN = 8; // rows drawn beyond each edge, so that a fast wheel shows no gap

export type Geometry = { readonly count: number; readonly rowHeight: number; readonly viewport: number };

/** Half-open range of row indexes. */
export type RowRange = { readonly from: number; readonly to: number };

/** The height of the scrolled element. */
export function contentHeight(g: Geometry): number {
  return Math.min(g.count * g.rowHeight, MAX_PX);
}

/** Content pixels per scrolled pixel; 1 for all but enormous lists. */
export function scale(g: Geometry): number {
  const real = g.count * g.rowHeight;
  if (real <= MAX_PX) return 1;
  return (real - g.viewport) / (MAX_PX - g.viewport);
}

/** Rows that can be seen, even in part. */
export function visibleRows(g: Geometry, scrollTop: number): RowRange {
  const top = Math.max(0, scrollTop) * scale(g);
  const from = Math.min(g.count, Math.floor(top / g.rowHeight));
  const to = Math.min(g.count, Math.ceil((top + g.viewport) / g.rowHeight));
  return { from, to: Math.max(from, to) };
}

/** Rows to draw. */
export function drawnRows(g: Geometry, scrollTop: number): RowRange {
  const { from, to } = visibleRows(g, scrollTop);
  return { from: Math.max(0, from - OVERSCAN), to: Math.min(g.count, to + OVERSCAN) };
}

/** Where a row's top edge is inside the scrolled element. */
export function rowTop(g: Geometry, index: number, scrollTop: number): number {
  const factor = scale(g);
  return factor === 1 ? index * g.rowHeight : index * g.rowHeight - scrollTop * (factor - 1);
}

/** The least scrolling that brings a row wholly into view. */
export function scrollToShow(g: Geometry, index: number, scrollTop: number): number {
  const factor = scale(g);
  const top = scrollTop * factor;
  const rowStart = index * g.rowHeight;
  const rowEnd = rowStart + g.rowHeight;
  if (rowStart < top) return rowStart / factor;
  if (rowEnd > top + g.viewport) return (rowEnd - g.viewport) / factor;
  return scrollTop;
}

/** The row that the eye holds on to: the first wholly visible one whose id is known. */
export type Anchor = { readonly id: string; readonly index: number };

export function pickAnchor(
  g: Geometry,
  scrollTop: number,
  idAt: (index: number) => string | undefined,
): Anchor | null {
  const { to } = visibleRows(g, scrollTop);
  const first = Math.ceil((scrollTop * scale(g)) / g.rowHeight);
  for (let index = first; index < to; index++) {
    const id = idAt(index);
    if (id !== undefined) return { id, index };
  }
  return null;
}

/**
 * Where to scroll so that the anchor stays where it was on screen after rows moved.
 *
 * At the very top nothing is held: new mail shall be seen. A row that is gone holds nothing.
 */
export function anchoredScroll(
  g: Geometry,
  scrollTop: number,
  anchor: Anchor | null,
  indexOf: (id: string) => number,
): number {
  if (anchor === null || scrollTop <= 0) return scrollTop;
  const index = indexOf(anchor.id);
  if (index < 0) return scrollTop;
  const limit = Math.max(0, contentHeight(g) - g.viewport);
  const moved = scrollTop + ((index - anchor.index) * g.rowHeight) / scale(g);
  return Math.min(limit, Math.max(0, moved));
}
