/** Which messages of a list are chosen for an act on all of them. Pure. */
import type { EmailId } from './entities';

/** `anchor` is where a range starts: the message chosen last. */
export type Selection = { readonly ids: ReadonlySet<EmailId>; readonly anchor: EmailId | null };

export const NO_SELECTION: Selection = { ids: new Set(), anchor: null };

type Rows = {
  readonly idAt: (index: number) => EmailId | undefined;
  readonly indexOf: (id: EmailId) => number;
};

/** Choose a message, or no longer. */
export function toggled(selection: Selection, id: EmailId): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** Choose everything known between the anchor and this message as well. */
export function ranged(selection: Selection, id: EmailId, rows: Rows): Selection {
  const to = rows.indexOf(id);
  const from = selection.anchor === null ? to : rows.indexOf(selection.anchor);
  if (from < 0 || to < 0)
    return toggled({ ids: new Set([...selection.ids].filter((one) => one !== id)), anchor: null }, id);
  const ids = new Set(selection.ids);
  for (let row = Math.min(from, to); row <= Math.max(from, to); row++) {
    const between = rows.idAt(row);
    if (between !== undefined) ids.add(between);
  }
  return { ids, anchor: selection.anchor ?? id };
}

/** Choose these and no others. */
export const allOf = (ids: readonly EmailId[]): Selection => ({ ids: new Set(ids), anchor: null });

/** Without what is no longer listed; the same object when all still is. */
export function stillListed(selection: Selection, listed: ReadonlySet<EmailId>): Selection {
  if ([...selection.ids].every((id) => listed.has(id))) return selection;
  return { ...selection, ids: new Set([...selection.ids].filter((id) => listed.has(id))) };
}

const AT_ONCE = 1_000; // what one request may name

/** In parts that one request can carry. */
export function portions<One>(items: readonly One[]): One[][] {
  const parts: One[][] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) parts.push(items.slice(at, at + AT_ONCE));
  return parts;
}
