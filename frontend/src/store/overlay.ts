/**
 * Wishes laid over the facts until the server repeats them: drawn = facts ⊕ overlay.
 *
 * A wish shows at once. Its flag leaves the overlay when the echo arrives (an answer, or a change
 * of the stream), so a repeated fact never makes a row flicker. Its effect on unread counts stays
 * until the mailbox itself tells a new count. A refused wish is simply taken out: the facts below
 * were never touched. All functions are pure.
 */
import type { Change } from '@/domain/change';
import type { EmailId, EmailSummary, Mailbox, MailboxId } from '@/domain/entities';
import { shows } from '@/domain/listQuery';
import { indexOf, remove } from '@/domain/segments';
import type { EmailList } from './facts';

export type WishKind = 'read' | 'star';

type Common = {
  readonly id: string;
  readonly email_id: EmailId;
  /** `echoed`: the wish is a fact by now, the counts are not yet. */
  readonly state: 'pending' | 'echoed';
  /** By how much the unread counts of these mailboxes differ because of this wish. */
  readonly unread: ReadonlyMap<MailboxId, number>;
};

export type FlagWish = Common & { readonly kind: WishKind; readonly value: boolean };

/** Out of a mailbox; `to` is null where it is unknown or nowhere. */
export type PlaceWish = Common & {
  readonly kind: 'place';
  readonly from: MailboxId;
  readonly to: MailboxId | null;
};

export type Wish = FlagWish | PlaceWish;

export type Overlay = readonly Wish[];

/** The wish for this email, as drawn now; null when it is so already. */
export function wishFor(id: string, kind: WishKind, drawn: EmailSummary, value: boolean): FlagWish | null {
  const current = kind === 'read' ? drawn.is_read : drawn.is_starred;
  if (current === value) return null;
  const shift = kind === 'read' ? (value ? -1 : 1) : 0;
  const unread = new Map(shift === 0 ? [] : drawn.mailbox_ids.map((mailbox) => [mailbox, shift]));
  return { id, kind, email_id: drawn.id, value, state: 'pending', unread };
}

/** The wish to take an email out of a mailbox. */
export function placeWish(id: string, drawn: EmailSummary, from: MailboxId, to: MailboxId | null): PlaceWish {
  const unread = new Map<MailboxId, number>();
  if (!drawn.is_read) unread.set(from, -1);
  if (!drawn.is_read && to !== null && !drawn.mailbox_ids.includes(to)) unread.set(to, 1);
  return { id, kind: 'place', email_id: drawn.id, from, to, state: 'pending', unread };
}

/** The email as the person should see it; the same object when no wish concerns it. */
export function drawnEmail(email: EmailSummary, overlay: Overlay): EmailSummary {
  let drawn = email;
  for (const wish of overlay) {
    if (wish.kind === 'place' || wish.email_id !== email.id || wish.state !== 'pending') continue;
    const flag = wish.kind === 'read' ? 'is_read' : 'is_starred';
    if (drawn[flag] !== wish.value) drawn = { ...drawn, [flag]: wish.value };
  }
  return drawn;
}

/**
 * The list as the person should see it: without rows that are wished away; the same object when
 * no wish concerns it.
 *
 * Echoed wishes count as well: an answer that was under way during the move still has the row.
 */
export function drawnList(
  list: EmailList,
  overlay: Overlay,
  mailboxes: ReadonlyMap<MailboxId, Mailbox>,
): EmailList {
  let drawn = list;
  for (const wish of overlay) {
    if (wish.kind !== 'place' || drawn.total === null) continue;
    const staysListed = wish.to !== null && shows(list.query, wish.to, mailboxes);
    if (staysListed || !shows(list.query, wish.from, mailboxes)) continue;
    if (indexOf(drawn.segments, wish.email_id) < 0) continue;
    drawn = { ...drawn, segments: remove(drawn.segments, wish.email_id), total: drawn.total - 1 };
  }
  return drawn;
}

/** What to add to a mailbox's unread count. */
export function unreadShift(overlay: Overlay, mailbox: MailboxId): number {
  return overlay.reduce((sum, wish) => sum + (wish.unread.get(mailbox) ?? 0), 0);
}

/** The wishes' flags have become facts. */
export function echoed(overlay: Overlay, ...ids: readonly string[]): Overlay {
  const echo = new Set(ids);
  return overlay.flatMap((wish) => (echo.has(wish.id) ? afterEcho(wish) : [wish]));
}

/** The wishes were refused, taken back, or are settled. */
export function dropped(overlay: Overlay, ...ids: readonly string[]): Overlay {
  const gone = new Set(ids);
  return overlay.filter((wish) => !gone.has(wish.id));
}

const afterEcho = (wish: Wish): Wish[] =>
  wish.kind === 'place' || wish.unread.size > 0 ? [{ ...wish, state: 'echoed' }] : [];

/**
 * Take out of the overlay what these changes repeat.
 *
 * The flags of the whole batch first, then the counts: both come from one commit, in any order.
 */
export function afterChanges(overlay: Overlay, changes: readonly Change[]): Overlay {
  if (overlay.length === 0) return overlay;
  let left: Overlay = overlay;
  for (const change of changes) {
    const wish = left.find((one) => one.state === 'pending' && isEcho(one, change));
    left = wish ? echoed(left, wish.id) : left.filter((one) => !isTakenBack(one, change));
  }
  const counted = new Set<MailboxId>();
  for (const change of changes) {
    if (change.type === 'mailbox_updated') counted.add(change.mailbox_id);
  }
  return counted.size > 0 ? afterCounts(left, (mailbox) => counted.has(mailbox)) : left;
}

/** The server told these mailboxes' counts anew: echoed wishes no longer shift them. */
export function afterCounts(overlay: Overlay, isCounted: (mailbox: MailboxId) => boolean): Overlay {
  return overlay.flatMap((wish) => {
    if (wish.state !== 'echoed') return [wish];
    const unread = new Map([...wish.unread].filter(([mailbox]) => !isCounted(mailbox)));
    return wish.kind === 'place' || unread.size > 0 ? [{ ...wish, unread }] : [];
  });
}

/** Whether a change tells that the wish is a fact. */
function isEcho(wish: Wish, change: Change): boolean {
  if (!('email_id' in change) || wish.email_id !== change.email_id) return false;
  switch (change.type) {
    case 'email_read':
    case 'email_unread':
      return wish.kind === 'read' && wish.value === (change.type === 'email_read');
    case 'email_starred':
      return wish.kind === 'star' && wish.value === change.is_starred;
    case 'email_moved':
      return wish.kind === 'place' && wish.from === change.from_mailbox_id;
    case 'email_deleted':
      return wish.kind === 'place' && wish.from === change.mailbox_id;
    default:
      return false;
  }
}

/** Whether a change tells that an email is back where a fulfilled wish took it from. */
function isTakenBack(wish: Wish, change: Change): boolean {
  if (wish.kind !== 'place' || wish.state !== 'echoed') return false;
  switch (change.type) {
    case 'email_moved':
      return wish.email_id === change.email_id && wish.from === change.to_mailbox_id;
    case 'email_received':
      return wish.email_id === change.email_id && wish.from === change.mailbox_id;
    case 'intent_rejected':
      return wish.email_id === change.email_id && change.kind !== 'flags';
    case 'reset':
      return true;
    default:
      return false;
  }
}
