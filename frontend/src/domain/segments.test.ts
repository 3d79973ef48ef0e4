import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cutAt,
  evict,
  idAt,
  indexOf,
  insert,
  knownRows,
  pagesNeeded,
  put,
  remove,
  type Segments,
  stale,
} from './segments';

const SIZE = 10;

/** The server's list, newest first: ids are numbers that fall; gaps leave room for insertions. */
const serverList = (length: number): string[] =>
  Array.from({ length }, (_, row) => String((length - row) * 10));

const page = (list: readonly string[], offset: number): string[] => list.slice(offset, offset + SIZE);

const isNewer = (id: string) => (other: string) => Number(id) > Number(other);

/** What the segments say, row by row. */
const drawn = (segments: Segments, length: number): (string | undefined)[] =>
  Array.from({ length }, (_, row) => idAt(segments, row));

type Step =
  | { kind: 'fetch'; page: number }
  | { kind: 'arrive' }
  | { kind: 'insert'; near: number }
  | { kind: 'remove'; row: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('fetch' as const), page: fc.nat(9) }),
    fc.record({ kind: fc.constant('arrive' as const) }),
    fc.record({ kind: fc.constant('insert' as const), near: fc.nat(99) }),
    fc.record({ kind: fc.constant('remove' as const), row: fc.nat(99) }),
  ),
  { maxLength: 40 },
);

/** Carry out one step at the server and, as its change tells, at the client. */
function carryOut(server: string[], segments: Segments, step: Step): Segments {
  if (step.kind === 'fetch') return put(segments, step.page * SIZE, page(server, step.page * SIZE));
  if (step.kind === 'remove') {
    const [gone] = server.splice(step.row % Math.max(1, server.length), 1);
    return gone === undefined ? segments : cutAt(remove(segments, gone), server.length);
  }
  const top = Number(server[0] ?? 0);
  const near = Number(server[step.kind === 'insert' ? step.near : 0] ?? 0);
  const id = step.kind === 'arrive' ? String(top + 10) : String(near + 5);
  if (server.includes(id)) return segments;
  const total = server.length;
  const at = server.findIndex(isNewer(id));
  server.splice(at < 0 ? total : at, 0, id);
  return insert(segments, id, isNewer(id), total);
}

describe('a sparse list', () => {
  test('holds each id once and its runs sorted and apart, whatever happens', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const server = serverList(60);
        let segments: Segments = [];
        for (const step of all) {
          segments = carryOut(server, segments, step);
          const ids = segments.flatMap((segment) => segment.ids);
          expect(new Set(ids).size).toBe(ids.length);
          segments.reduce((end, segment) => {
            expect(segment.start).toBeGreaterThanOrEqual(end);
            expect(segment.ids.length).toBeGreaterThan(0);
            return segment.start + segment.ids.length;
          }, 0);
        }
      }),
    );
  });

  test('agrees with the server on every row it knows after arrivals at the top', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 8 }), fc.nat(20), (pages, arrivals) => {
        const server = serverList(100);
        let segments: Segments = [];
        for (const one of [0, ...pages]) segments = carryOut(server, segments, { kind: 'fetch', page: one });
        for (let count = 0; count < arrivals; count++)
          segments = carryOut(server, segments, { kind: 'arrive' });
        drawn(segments, server.length).forEach((id, row) => {
          if (id !== undefined) expect(id).toBe(server[row]);
        });
        expect(knownRows(segments)).toBe(new Set([0, ...pages]).size * SIZE + arrivals);
      }),
    );
  });

  test('becomes the server’s list again once every page is fetched', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const server = serverList(40);
        let segments: Segments = [];
        for (const step of all) segments = carryOut(server, segments, step);
        for (let offset = 0; offset < server.length; offset += SIZE) {
          segments = put(segments, offset, page(server, offset));
        }
        segments = cutAt(segments, server.length);
        expect(drawn(segments, server.length)).toEqual(server);
      }),
    );
  });

  test('a first mail makes a list of one', () => {
    const segments = insert([], '5', isNewer('5'), 0);
    expect(drawn(segments, 1)).toEqual(['5']);
    expect(indexOf(segments, '5')).toBe(0);
  });

  test('inserting a known id changes nothing', () => {
    const segments = put([], 0, ['30', '20', '10']);
    expect(insert(segments, '20', isNewer('20'), 3)).toBe(segments);
  });
});

describe('pages needed for a window', () => {
  test('only those with unknown or stale rows, by page starts', () => {
    const segments = put([], 0, page(serverList(100), 0));
    expect(pagesNeeded(segments, { from: 2, to: 9 }, 100, SIZE)).toEqual([]);
    expect(pagesNeeded(segments, { from: 5, to: 25 }, 100, SIZE)).toEqual([10, 20]);
    expect(pagesNeeded(stale(segments), { from: 2, to: 9 }, 100, SIZE)).toEqual([0]);
    expect(pagesNeeded([], { from: 0, to: 9 }, null, SIZE)).toEqual([0]);
    expect(pagesNeeded([], { from: 0, to: 9 }, 0, SIZE)).toEqual([]);
  });

  test('fetching them makes the window complete', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9)), fc.nat(90), fc.integer({ min: 1, max: 30 }), (known, from, rows) => {
        const server = serverList(100);
        let segments: Segments = [];
        for (const one of known) segments = put(segments, one * SIZE, page(server, one * SIZE));
        const window = { from, to: Math.min(100, from + rows) };
        for (const start of pagesNeeded(segments, window, 100, SIZE)) {
          segments = put(segments, start, page(server, start));
        }
        expect(pagesNeeded(segments, window, 100, SIZE)).toEqual([]);
        expect(drawn(segments, 100).slice(window.from, window.to)).toEqual(
          server.slice(window.from, window.to),
        );
      }),
    );
  });
});

test('eviction keeps the rows near the eye', () => {
  const server = serverList(100);
  let segments: Segments = [];
  for (let offset = 0; offset < 100; offset += SIZE) segments = put(segments, offset, page(server, offset));
  const kept = evict(segments, 55, 30);
  expect(knownRows(kept)).toBeLessThanOrEqual(30);
  expect(idAt(kept, 55)).toBe(server[55]);
});
