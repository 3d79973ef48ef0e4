/**
 * A long list of which only parts are known, addressed by index.
 *
 * Segments are runs of known ids, sorted by `start`, never overlapping. Rows outside of them are
 * unknown. `fresh` is false when the server may think otherwise by now: such rows are still drawn,
 * and fetched again when they are looked at. All functions are pure; an id occurs at most once.
 */
export type Segment = { readonly start: number; readonly ids: readonly string[]; readonly fresh: boolean };
export type Segments = readonly Segment[];

/** Half-open range of row indexes. */
export type Range = { readonly from: number; readonly to: number };

const end = (segment: Segment): number => segment.start + segment.ids.length;

/** The id at this index, or undefined while it is unknown. */
export function idAt(segments: Segments, index: number): string | undefined {
  let low = 0;
  let high = segments.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle] as Segment;
    if (index < segment.start) high = middle - 1;
    else if (index >= end(segment)) low = middle + 1;
    else return segment.ids[index - segment.start];
  }
  return undefined;
}

/** Where this id is, or -1. */
export function indexOf(segments: Segments, id: string): number {
  for (const segment of segments) {
    const at = segment.ids.indexOf(id);
    if (at >= 0) return segment.start + at;
  }
  return -1;
}

/** How many rows are known. */
export function knownRows(segments: Segments): number {
  return segments.reduce((sum, segment) => sum + segment.ids.length, 0);
}

/** The parts of a segment outside of a range. */
function without(segment: Segment, range: Range): Segment[] {
  if (end(segment) <= range.from || segment.start >= range.to) return [segment];
  const parts: Segment[] = [];
  if (segment.start < range.from) {
    parts.push({ ...segment, ids: segment.ids.slice(0, range.from - segment.start) });
  }
  if (end(segment) > range.to) {
    parts.push({ ...segment, start: range.to, ids: segment.ids.slice(range.to - segment.start) });
  }
  return parts;
}

/**
 * Lay an answer of the server over what is known.
 *
 * The answer is the truth for its rows. A run elsewhere that holds one of the same ids was counted
 * from another moment, so the whole run is marked as not fresh and loses the doubled ids' rows.
 */
export function put(segments: Segments, start: number, ids: readonly string[]): Segments {
  const unique = [...new Set(ids)];
  const range: Range = { from: start, to: start + unique.length };
  const arrived = new Set(unique);
  const rest = segments
    .flatMap((segment) => without(segment, range))
    .flatMap((segment) =>
      segment.ids.some((id) => arrived.has(id)) ? splitAt(segment, arrived) : [segment],
    );
  if (unique.length > 0) rest.push({ start, ids: unique, fresh: true });
  return rest.sort((a, b) => a.start - b.start);
}

/** Cut the doubled ids out of a run; what is left keeps its index and is not fresh. */
function splitAt(segment: Segment, doubled: ReadonlySet<string>): Segment[] {
  const parts: Segment[] = [];
  let run: string[] = [];
  let runStart = segment.start;
  segment.ids.forEach((id, offset) => {
    if (!doubled.has(id)) {
      if (run.length === 0) runStart = segment.start + offset;
      run.push(id);
      return;
    }
    if (run.length > 0) parts.push({ start: runStart, ids: run, fresh: false });
    run = [];
  });
  if (run.length > 0) parts.push({ start: runStart, ids: run, fresh: false });
  return parts;
}

/** Forget every row at or after `total`: the list has become shorter. */
export function cutAt(segments: Segments, total: number): Segments {
  return segments.flatMap((segment) => without(segment, { from: total, to: Number.POSITIVE_INFINITY }));
}

/**
 * Insert an id where `isBefore(other)` says that it belongs in front of `other`.
 *
 * Rows after it move by one. When it belongs into an unknown part, only the rows after that part
 * move. Inserting a known id changes nothing.
 *
 * @param total length of the list before: tells whether the last known row is the last of all.
 */
export function insert(
  segments: Segments,
  id: string,
  isBefore: (other: string) => boolean,
  total: number,
): Segments {
  if (indexOf(segments, id) >= 0) return segments;
  const result: Segment[] = [];
  let placed = false;
  let previousEnd = 0;
  for (const segment of segments) {
    if (placed) {
      result.push({ ...segment, start: segment.start + 1 });
      continue;
    }
    const at = segment.ids.findIndex(isBefore);
    if (at < 0) result.push(segment);
    else {
      placed = true;
      const isKnownPlace = at > 0 || segment.start === previousEnd;
      result.push(
        isKnownPlace
          ? { ...segment, ids: [...segment.ids.slice(0, at), id, ...segment.ids.slice(at)] }
          : { ...segment, start: segment.start + 1 },
      );
    }
    previousEnd = end(segment);
  }
  if (!placed && previousEnd === total) result.push({ start: total, ids: [id], fresh: true });
  return result;
}

/** Take an id out; the rows after it move up. An unknown id makes every row doubtful. */
export function remove(segments: Segments, id: string): Segments {
  const at = indexOf(segments, id);
  if (at < 0) return stale(segments);
  return segments.flatMap((segment) => {
    if (end(segment) <= at) return [segment];
    if (segment.start > at) return [{ ...segment, start: segment.start - 1 }];
    const ids = segment.ids.filter((other) => other !== id);
    return ids.length > 0 ? [{ ...segment, ids }] : [];
  });
}

/** Everything may be different by now. */
export function stale(segments: Segments): Segments {
  return segments.map((segment) => (segment.fresh ? { ...segment, fresh: false } : segment));
}

/** Mark the runs that hold one of these ids as not fresh. */
export function staleWhere(segments: Segments, ids: ReadonlySet<string>): Segments {
  return segments.map((segment) =>
    segment.fresh && segment.ids.some((id) => ids.has(id)) ? { ...segment, fresh: false } : segment,
  );
}

/**
 * The pages to fetch so that the window is known and fresh.
 *
 * @param window rows on screen.
 * @param total length of the list, or null before the first answer.
 * @param size rows of a page; pages start at its multiples.
 * @returns first rows of the pages, ascending.
 */
export function pagesNeeded(segments: Segments, window: Range, total: number | null, size: number): number[] {
  if (total === null) return [0];
  const last = Math.min(window.to, total);
  const pages: number[] = [];
  for (let page = Math.floor(window.from / size) * size; page < last; page += size) {
    const from = Math.max(page, window.from);
    const to = Math.min(page + size, last);
    if (!isFresh(segments, { from, to })) pages.push(page);
  }
  return pages;
}

function isFresh(segments: Segments, range: Range): boolean {
  let next = range.from;
  for (const segment of segments) {
    if (end(segment) <= next) continue;
    if (segment.start > next || !segment.fresh) return false;
    next = end(segment);
    if (next >= range.to) return true;
  }
  return next >= range.to;
}

/** Keep at most `limit` known rows, forgetting the runs farthest from `center`. */
export function evict(segments: Segments, center: number, limit: number): Segments {
  let known = knownRows(segments);
  if (known <= limit) return segments;
  const distance = (segment: Segment): number =>
    Math.min(Math.abs(segment.start - center), Math.abs(end(segment) - center));
  const dropped = new Set<Segment>();
  for (const segment of [...segments].sort((a, b) => distance(b) - distance(a))) {
    if (known <= limit) break;
    dropped.add(segment);
    known -= segment.ids.length;
  }
  return segments.filter((segment) => !dropped.has(segment));
}
