import {
  Archive,
  FilePen,
  Folder,
  Inbox,
  Layers,
  type LucideIcon,
  OctagonAlert,
  Send,
  Star,
  Tag,
  Trash2,
} from 'lucide-react';
import { type CSSProperties, useMemo } from 'react';
import { Link } from 'wouter';
import type { Account, Mailbox, MailboxId, MailboxRole } from '@/domain/entities';
import { ALL_INBOXES } from '@/domain/listQuery';
import { folderRows, mailboxName, roleRows } from '@/domain/mailboxTree';
import { countText } from '@/domain/sizes';
import { selectAccounts, selectListUnread, selectUnread, useSelect } from '@/store/hooks';
import { classes } from '@/ui/classes';
import s from './MailboxRail.module.css';

const ICONS: Record<MailboxRole, LucideIcon> = {
  inbox: Inbox,
  flagged: Star,
  important: Tag,
  drafts: FilePen,
  sent: Send,
  archive: Archive,
  all: Layers,
  junk: OctagonAlert,
  trash: Trash2,
};

type Props = {
  /** null: the inboxes of all accounts. */
  chosen: MailboxId | null;
  /** Only icons, with names as tooltips. */
  isNarrow: boolean;
  /** Something was chosen: a drawer closes. */
  onChoose?: () => void;
};

/** Where mail lies: the inbox of all accounts, then each account's mailboxes. */
export function MailboxRail({ chosen, isNarrow, onChoose }: Props) {
  const accounts = useSelect(selectAccounts);
  const mailboxes = useSelect((state) => state.facts.mailboxes);
  const unread = useSelect((state) => selectListUnread(state, ALL_INBOXES));
  const isSingle = accounts.size <= 1;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: links take the keys; their clicks arrive here
    // biome-ignore lint/a11y/noStaticElementInteractions: as above
    <div className={classes(s.rail, isNarrow && s.narrow)} onClick={onChoose}>
      <ul>
        <RailLink
          href="/"
          icon={Inbox}
          name={isSingle ? 'Inbox' : 'All inboxes'}
          count={unread}
          isCounted
          isChosen={chosen === null}
        />
      </ul>
      {[...accounts.values()].map((account) => (
        <AccountMailboxes
          key={account.id}
          account={account}
          mailboxes={mailboxes}
          chosen={chosen}
          isSingle={isSingle}
        />
      ))}
    </div>
  );
}

type AccountProps = {
  account: Account;
  mailboxes: ReadonlyMap<MailboxId, Mailbox> | null;
  chosen: MailboxId | null;
  isSingle: boolean;
};

function AccountMailboxes({ account, mailboxes, chosen, isSingle }: AccountProps) {
  const all = useMemo(() => [...(mailboxes?.values() ?? [])], [mailboxes]);
  const roles = roleRows(all, account.id).filter((one) => !(isSingle && one.role === 'inbox'));
  const folders = folderRows(all, account.id);
  return (
    <section className={s.account} aria-label={account.email}>
      {!isSingle && (
        <h2 className={s.owner} title={account.email}>
          {account.name || account.email}
        </h2>
      )}
      <ul>
        {roles.map((mailbox) => (
          <MailboxLink key={mailbox.id} mailbox={mailbox} depth={0} chosen={chosen} />
        ))}
      </ul>
      {folders.length > 0 && <h2 className={s.heading}>Folders</h2>}
      <ul>
        {folders.map(({ mailbox, depth }) => (
          <MailboxLink key={mailbox.id} mailbox={mailbox} depth={depth} chosen={chosen} />
        ))}
      </ul>
    </section>
  );
}

type MailboxLinkProps = { mailbox: Mailbox; depth: number; chosen: MailboxId | null };

function MailboxLink({ mailbox, depth, chosen }: MailboxLinkProps) {
  const unread = useSelect((state) => selectUnread(state, mailbox));
  const isDrafts = mailbox.role === 'drafts';
  if (!mailbox.selectable) {
    return (
      <li className={s.plain} style={indent(depth)}>
        <Folder size={16} aria-hidden="true" />
        <bdi className={s.name}>{mailbox.name}</bdi>
      </li>
    );
  }
  return (
    <RailLink
      href={`/mailbox/${encodeURIComponent(mailbox.id)}`}
      icon={mailbox.role ? ICONS[mailbox.role] : Folder}
      name={mailboxName(mailbox)}
      count={isDrafts ? mailbox.total : unread}
      isCounted={!isDrafts && mailbox.role !== 'trash' && mailbox.role !== 'junk'}
      isChosen={chosen === mailbox.id}
      depth={depth}
    />
  );
}

const indent = (depth: number): CSSProperties => ({ '--depth': depth }) as CSSProperties;

type RailLinkProps = {
  href: string;
  icon: LucideIcon;
  name: string;
  count: number;
  /** Unread mail that wants reading, said in strong type. */
  isCounted: boolean;
  isChosen: boolean;
  depth?: number;
};

function RailLink({ href, icon: Icon, name, count, isCounted, isChosen, depth = 0 }: RailLinkProps) {
  const isNew = isCounted && count > 0;
  return (
    <li>
      <Link
        href={href}
        className={classes(s.link, isChosen && s.chosen, isNew && s.new)}
        aria-current={isChosen ? 'page' : undefined}
        title={count > 0 ? `${name} (${countText(count)})` : name}
        style={indent(depth)}
      >
        <Icon size={17} strokeWidth={isChosen ? 2.25 : 1.75} aria-hidden="true" />
        <bdi className={s.name}>{name}</bdi>
        {count > 0 && <span className={s.count}>{countText(count)}</span>}
      </Link>
    </li>
  );
}
