/** Putting mail away: what can be done from where, and where it goes. Pure. */
import type { EmailId, EmailSummary, Mailbox, MailboxId, MailboxRole } from './entities';
import type { ListQuery } from './listQuery';
import { folderRows, mailboxName, roleRows } from './mailboxTree';
import { countText } from './sizes';

/** What a key or a button asks for; `spam` means "not spam" for mail that lies in Spam. */
export type FilingAct = 'archive' | 'delete' | 'spam' | 'move';

type Mailboxes = ReadonlyMap<MailboxId, Mailbox>;

/** An act made exact: out of a mailbox, and to which one (null: nowhere, or nobody knows). */
export type Filing = {
  readonly action: 'archive' | 'delete' | 'spam' | 'not_spam' | 'move';
  readonly from: MailboxId;
  readonly to: MailboxId | null;
  readonly isForGood: boolean;
};

/** The mailbox that an email is looked at in: the list's, else its inbox, else any. */
export function sourceOf(query: ListQuery, email: EmailSummary, mailboxes: Mailboxes): MailboxId | null {
  const held = email.mailbox_ids;
  if (query.mailbox !== null && held.includes(query.mailbox)) return query.mailbox;
  return held.find((id) => mailboxes.get(id)?.role === 'inbox') ?? held[0] ?? null;
}

const withRole = (mailboxes: Mailboxes, account: string, role: MailboxRole): MailboxId | null =>
  [...mailboxes.values()].find((one) => one.account_id === account && one.role === role)?.id ?? null;

/** What an act without a question means here; null when the email lies there already. */
export function filingFor(
  act: Exclude<FilingAct, 'move'>,
  email: EmailSummary,
  from: MailboxId,
  mailboxes: Mailboxes,
): Filing | null {
  const here = mailboxes.get(from)?.role ?? null;
  const to = (role: MailboxRole): MailboxId | null => withRole(mailboxes, email.account_id, role);
  switch (act) {
    case 'archive':
      return here === 'archive' ? null : { action: 'archive', from, to: to('archive'), isForGood: false };
    case 'spam':
      return here === 'junk'
        ? { action: 'not_spam', from, to: to('inbox'), isForGood: false }
        : { action: 'spam', from, to: to('junk'), isForGood: false };
    case 'delete':
      return here === 'trash'
        ? { action: 'delete', from, to: null, isForGood: true }
        : { action: 'delete', from, to: to('trash'), isForGood: false };
  }
}

/** The same filing for several emails of one account. */
export type Plan = { readonly ids: readonly EmailId[]; readonly filing: Filing };

/** What an act means for several emails: one plan for each mailbox that they are taken out of. */
export function plansFor(
  act: Exclude<FilingAct, 'move'>,
  emails: readonly EmailSummary[],
  query: ListQuery,
  mailboxes: Mailboxes,
): Plan[] {
  const plans = new Map<MailboxId, Plan>();
  for (const email of emails) {
    const from = sourceOf(query, email, mailboxes);
    const filing = from === null ? null : filingFor(act, email, from, mailboxes);
    if (from === null || filing === null) continue;
    plans.set(from, { filing, ids: [...(plans.get(from)?.ids ?? []), email.id] });
  }
  return [...plans.values()];
}

/** The past of a filing, for people: "Moved to Archive", "20 messages moved to Archive". */
export function filingDone(filing: Filing, mailboxes: Mailboxes, count = 1): string {
  const mailbox = filing.to === null ? undefined : mailboxes.get(filing.to);
  const place = mailbox ? ` to ${mailboxName(mailbox)}` : '';
  const words = filing.isForGood ? 'Deleted for good' : `Moved${place}`;
  return count === 1
    ? words
    : `${countText(count)} messages ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}

// Views that the server makes of mail elsewhere: mail cannot be put there.
const VIEWS: ReadonlySet<MailboxRole | null> = new Set<MailboxRole>(['all', 'flagged', 'important']);

/** A mailbox that mail can be moved to, with its whole name. */
export type Place = { readonly id: MailboxId; readonly name: string };

// What was written here; mail is rarely put there by hand, and never by a hasty Enter.
const LAST: ReadonlySet<MailboxRole | null> = new Set<MailboxRole>(['drafts', 'sent']);

/** Where mail of an account can go: what has a role, the folders, then drafts and sent mail. */
export function placesFor(mailboxes: Mailboxes, account: string, from: MailboxId): Place[] {
  const all = [...mailboxes.values()];
  const roles = roleRows(all, account).filter((one) => !VIEWS.has(one.role));
  const folders = folderRows(all, account).map((row) => row.mailbox);
  const [usual, last] = [
    roles.filter((one) => !LAST.has(one.role)),
    roles.filter((one) => LAST.has(one.role)),
  ];
  return [...usual, ...folders, ...last]
    .filter((one) => one.selectable && one.id !== from)
    .map((one) => ({ id: one.id, name: one.role ? mailboxName(one) : one.path }));
}

/** The places whose name has every word that was typed. */
export function placesNamed(places: readonly Place[], typed: string): readonly Place[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return places.filter((place) => words.every((word) => place.name.toLowerCase().includes(word)));
}
