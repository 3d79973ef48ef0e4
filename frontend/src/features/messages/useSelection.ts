/** Which messages of the list are chosen, and the keys for it. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { EmailId } from '@/domain/entities';
import { type ListQuery, listKey } from '@/domain/listQuery';
import { allOf, NO_SELECTION, ranged, type Selection, stillListed, toggled } from '@/domain/selection';
import { useCommand } from '@/ui/keyboard/commandBoard';
import type { Rows } from './useRows';

export type Chooser = {
  readonly toggle: (id: EmailId) => void;
  /** Everything from the message chosen last up to this one. */
  readonly extend: (id: EmailId) => void;
  readonly all: () => void;
  readonly none: () => void;
};

/** `active` is the message under the keyboard's cursor. */
export function useSelection(
  rows: Rows,
  query: ListQuery,
  active: EmailId | undefined,
): { chosen: ReadonlySet<EmailId>; choose: Chooser } {
  const [selection, setSelection] = useState<Selection>(NO_SELECTION);
  const key = listKey(query);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another selection
  useEffect(() => setSelection(NO_SELECTION), [key]);
  // What left the list is not chosen any more; what comes later never is.
  const isEmpty = selection.ids.size === 0;
  useEffect(() => {
    if (!isEmpty) setSelection((old) => stillListed(old, new Set(rows.known())));
  }, [rows, isEmpty]);

  const extend = useCallback((id: EmailId) => setSelection((old) => ranged(old, id, rows)), [rows]);
  const all = useCallback(() => setSelection(allOf(rows.known())), [rows]);
  const choose = useMemo<Chooser>(
    () => ({
      toggle: (id) => setSelection((old) => toggled(old, id)),
      extend,
      all,
      none: () => setSelection(NO_SELECTION),
    }),
    [extend, all],
  );
  useCommand('select', () => active !== undefined && choose.toggle(active));
  useCommand('select-range', () => active !== undefined && choose.extend(active));
  useCommand('select-all', choose.all);
  useCommand('select-none', choose.none);
  return { chosen: selection.ids, choose };
}
