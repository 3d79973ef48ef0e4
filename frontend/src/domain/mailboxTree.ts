/** The order and names of mailboxes on screen. */
import type { AccountId, Mailbox, MailboxRole } from './entities';

const ROLE_ORDER: readonly MailboxRole[] = [
  'inbox',
  'flagged',
  'important',
  'drafts',
  'sent',
  'archive',
  'all',
  'junk',
  'trash',
];

const ROLE_NAME: Record<MailboxRole, string> = {
  inbox: 'Inbox',
  flagged: 'Starred',
  important: 'Important',
  drafts: 'Drafts',
  sent: 'Sent',
  archive: 'Archive',
  all: 'All mail',
  junk: 'Spam',
  trash: 'Trash',
};

export type TreeRow = { mailbox: Mailbox; depth: number };

/** What the mailbox is called on screen: its role where it has one, else its own name. */
export function mailboxName(mailbox: Pick<Mailbox, 'name' | 'role'>): string {
  return mailbox.role ? ROLE_NAME[mailbox.role] : mailbox.name;
}

/** The mailboxes with a role, in the usual order. */
export function roleRows(mailboxes: Iterable<Mailbox>, account: AccountId): Mailbox[] {
  return [...mailboxes]
    .filter((one) => one.account_id === account && one.role !== null && one.selectable)
    .sort((a, b) => rank(a) - rank(b));
}

const rank = (mailbox: Mailbox): number => (mailbox.role ? ROLE_ORDER.indexOf(mailbox.role) : 99);

/** A mailbox and everything below it. */
export function withBelow(mailboxes: Iterable<Mailbox>, top: Mailbox): Mailbox[] {
  const all = [...mailboxes].filter((one) => one.account_id === top.account_id);
  const found = [top];
  for (const one of found) found.push(...all.filter((below) => below.parent_id === one.id));
  return found;
}

/** Where a mailbox can be put: every other one of its account that does not lie below it. */
export function parentsFor(mailboxes: Iterable<Mailbox>, mailbox: Mailbox): Mailbox[] {
  const all = [...mailboxes];
  const below = new Set(withBelow(all, mailbox).map((one) => one.id));
  return all
    .filter((one) => one.account_id === mailbox.account_id && !below.has(one.id))
    .sort((a, b) => a.path.localeCompare(b.path, undefined, { numeric: true }));
}

/** The other mailboxes as a tree, depth first, by name; a missing parent makes a mailbox a root. */
export function folderRows(mailboxes: Iterable<Mailbox>, account: AccountId): TreeRow[] {
  const plain = [...mailboxes].filter((one) => one.account_id === account && one.role === null);
  const known = new Set(plain.map((one) => one.id));
  const children = new Map<string | null, Mailbox[]>();
  for (const one of plain) {
    const parent = one.parent_id !== null && known.has(one.parent_id) ? one.parent_id : null;
    children.set(parent, [...(children.get(parent) ?? []), one]);
  }
  const rows: TreeRow[] = [];
  const walk = (parent: string | null, depth: number): void => {
    const here = [...(children.get(parent) ?? [])];
    here.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    for (const mailbox of here) {
      rows.push({ mailbox, depth });
      walk(mailbox.id, depth + 1);
    }
  };
  walk(null, 0);
  return rows;
}
