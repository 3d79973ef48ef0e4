/** The rows of one list, by index. */
import { useMemo } from 'react';
import type { ListQuery } from '@/domain/listQuery';
import { idAt, indexOf } from '@/domain/segments';
import { selectList, useSelect } from '@/store/hooks';

const UNKNOWN_ROWS = 14; // bars shown before the first answer

export type Rows = {
  /** Rows of the grid; bars while nothing is known. */
  readonly count: number;
  /** The server's count; null before the first answer. */
  readonly total: number | null;
  readonly idAt: (index: number) => string | undefined;
  readonly indexOf: (id: string) => number;
  /** Every id that is loaded, from the top. */
  readonly known: () => readonly string[];
};

export function useRows(query: ListQuery): Rows {
  const list = useSelect((state) => selectList(state, query));
  return useMemo(() => {
    const segments = list?.segments ?? [];
    return {
      count: list?.total ?? UNKNOWN_ROWS,
      total: list?.total ?? null,
      idAt: (index) => idAt(segments, index),
      indexOf: (id) => indexOf(segments, id),
      known: () => segments.flatMap((segment) => segment.ids),
    };
  }, [list]);
}
