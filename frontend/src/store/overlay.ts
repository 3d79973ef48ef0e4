/**
 * Wishes laid over the facts until the server repeats them: drawn = facts ⊕ overlay.
 *
 * A wish shows at once. Its flag leaves the overlay when the echo arrives (an answer, or a change
 * of the stream), so a repeated fact never makes a row flicker. Its effect on unread counts stays
 * until the mailbox itself tells a new count. A refused wish is simply taken out: the facts below
 * were never touched. All functions are pure.
 */
import type { Change } from '@/domain/change';
import type { EmailId, EmailSummary, MailboxId } from '@/domain/entities';

export type WishKind = 'read' | 'star';

export type Wish = {
  readonly id: string;
  readonly kind: WishKind;
  readonly email_id: EmailId;
  readonly value: boolean;
  /** `echoed`: the flag is a fact by now, the counts are not yet. */
  readonly state: 'pending' | 'echoed';
  /** By how much the unread counts of these mailboxes differ because of this wish. */
  readonly unread: ReadonlyMap<MailboxId, number>;
};

export type Overlay = readonly Wish[];

/** The wish for this email, as drawn now; null when it is so already. */
export function wishFor(id: string, kind: WishKind, drawn: EmailSummary, value: boolean): Wish | null {
  const current = kind === 'read' ? drawn.is_read : drawn.is_starred;
  if (current === value) return null;
  const shift = kind === 'read' ? (value ? -1 : 1) : 0;
  const unread = new Map(shift === 0 ? [] : drawn.mailbox_ids.map((mailbox) => [mailbox, shift]));
  return { id, kind, email_id: drawn.id, value, state: 'pending', unread };
}

/** The email as the person should see it; the same object when no wish concerns it. */
export function drawnEmail(email: EmailSummary, overlay: Overlay): EmailSummary {
  let drawn = email;
  for (const wish of overlay) {
    if (wish.email_id !== email.id || wish.state !== 'pending') continue;
    const flag = wish.kind === 'read' ? 'is_read' : 'is_starred';
    if (drawn[flag] !== wish.value) drawn = { ...drawn, [flag]: wish.value };
  }
  return drawn;
}

/** What to add to a mailbox's unread count. */
export function unreadShift(overlay: Overlay, mailbox: MailboxId): number {
  return overlay.reduce((sum, wish) => sum + (wish.unread.get(mailbox) ?? 0), 0);
}

/** The wish's flag has become a fact. */
export function echoed(overlay: Overlay, id: string): Overlay {
  return overlay.flatMap((wish) => (wish.id === id ? afterEcho(wish) : [wish]));
}

/** The wish was refused. */
export function dropped(overlay: Overlay, id: string): Overlay {
  return overlay.filter((wish) => wish.id !== id);
}

const afterEcho = (wish: Wish): Wish[] => (wish.unread.size > 0 ? [{ ...wish, state: 'echoed' }] : []);

/**
 * Take out of the overlay what these changes repeat.
 *
 * The flags of the whole batch first, then the counts: both come from one commit, in any order.
 */
export function afterChanges(overlay: Overlay, changes: readonly Change[]): Overlay {
  if (overlay.length === 0) return overlay;
  let left: Overlay = overlay;
  for (const change of changes) {
    const echo = echoOf(change);
    const wish = echo && left.find((one) => one.state === 'pending' && isSame(one, echo));
    if (wish) left = echoed(left, wish.id);
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
    return unread.size > 0 ? [{ ...wish, unread }] : [];
  });
}

type Echo = { kind: WishKind; email_id: EmailId; value: boolean };

function echoOf(change: Change): Echo | null {
  if (change.type === 'email_read' || change.type === 'email_unread') {
    return { kind: 'read', email_id: change.email_id, value: change.type === 'email_read' };
  }
  if (change.type === 'email_starred') {
    return { kind: 'star', email_id: change.email_id, value: change.is_starred };
  }
  return null;
}

const isSame = (wish: Wish, echo: Echo): boolean =>
  wish.kind === echo.kind && wish.email_id === echo.email_id && wish.value === echo.value;
