import {
  Archive,
  Ellipsis,
  FilePen,
  Folder,
  Inbox,
  Layers,
  type LucideIcon,
  OctagonAlert,
  Plus,
  Send,
  Star,
  Tag,
  Trash2,
} from 'lucide-react';
import { type CSSProperties, lazy, type ReactNode, Suspense, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { keyLabel } from '@/domain/commands';
import type { Account, Mailbox, MailboxId, MailboxRole } from '@/domain/entities';
import { ALL_INBOXES } from '@/domain/listQuery';
import { folderRows, mailboxName, roleRows } from '@/domain/mailboxTree';
import { countText } from '@/domain/sizes';
import { knownMailboxes } from '@/store/facts';
import { selectAccounts, selectListUnread, selectUnread, useSelect } from '@/store/hooks';
import { IconButton } from '@/ui/Button';
import { classes } from '@/ui/classes';
import { useCommand } from '@/ui/keyboard/commandBoard';
import type { Spot } from '@/ui/PopMenu';
import type { Question } from './MailboxDialogs';
import { MailboxMenu } from './MailboxMenu';
import s from './MailboxRail.module.css';

const MailboxDialogs = lazy(async () => ({
  default: (await import('./MailboxDialogs')).MailboxDialogs,
}));

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
  const [asked, setAsked] = useState<Asked>(null);
  const known = useSelect((state) => knownMailboxes(state.facts));
  const rail = useRef<HTMLDivElement>(null);
  useCommand('folder-menu', () => {
    const link = rail.current?.querySelector<HTMLElement>('[aria-current="page"]');
    const mailbox = chosen === null ? undefined : known.get(chosen);
    if (link && mailbox) setAsked({ kind: 'menu', mailbox, at: spotBelow(link) });
  });
  useCommand('new-folder', () => {
    const account = (chosen === null ? undefined : known.get(chosen))?.account_id ?? firstAccount;
    if (account) setAsked({ kind: 'create', account, parent: null });
  });
  const accounts = useSelect(selectAccounts);
  const mailboxes = useSelect((state) => state.facts.mailboxes);
  const unread = useSelect((state) => selectListUnread(state, ALL_INBOXES));
  const isSingle = accounts.size <= 1;
  const firstAccount = [...accounts.keys()][0];
  const close = (): void => setAsked(null);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: links take the keys; their clicks arrive here
    // biome-ignore lint/a11y/noStaticElementInteractions: as above
    <div
      ref={rail}
      className={classes(s.rail, isNarrow && s.narrow)}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a')) onChoose?.();
      }}
    >
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
          onAsk={setAsked}
        />
      ))}
      {asked?.kind === 'menu' && (
        <MailboxMenu mailbox={asked.mailbox} at={asked.at} onAsk={setAsked} onClose={close} />
      )}
      {asked && asked.kind !== 'menu' && (
        <Suspense fallback={null}>
          <MailboxDialogs question={asked} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

/** A folder's menu, or what was chosen in it. */
type Asked = Question | { readonly kind: 'menu'; readonly mailbox: Mailbox; readonly at: Spot } | null;

const spotBelow = (element: Element): Spot => {
  const box = element.getBoundingClientRect();
  return { x: box.left + 24, y: box.bottom };
};

type AccountProps = {
  account: Account;
  mailboxes: ReadonlyMap<MailboxId, Mailbox> | null;
  chosen: MailboxId | null;
  isSingle: boolean;
  onAsk: (asked: Asked) => void;
};

function AccountMailboxes({ account, mailboxes, chosen, isSingle, onAsk }: AccountProps) {
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
          <MailboxLink key={mailbox.id} mailbox={mailbox} depth={0} chosen={chosen} onAsk={onAsk} />
        ))}
      </ul>
      {all.length > 0 && (
        <div className={s.folders}>
          <h2 className={s.heading}>Folders</h2>
          <IconButton
            label="New folder"
            hint={keyLabel('new-folder')}
            className={s.add}
            onClick={() => onAsk({ kind: 'create', account: account.id, parent: null })}
          >
            <Plus size={16} />
          </IconButton>
        </div>
      )}
      <ul>
        {folders.map(({ mailbox, depth }) => (
          <MailboxLink key={mailbox.id} mailbox={mailbox} depth={depth} chosen={chosen} onAsk={onAsk} />
        ))}
      </ul>
    </section>
  );
}

type MailboxLinkProps = {
  mailbox: Mailbox;
  depth: number;
  chosen: MailboxId | null;
  onAsk: (asked: Asked) => void;
};

function MailboxLink({ mailbox, depth, chosen, onAsk }: MailboxLinkProps) {
  const open = (at: Spot): void => onAsk({ kind: 'menu', mailbox, at });
  const unread = useSelect((state) => selectUnread(state, mailbox));
  const isDrafts = mailbox.role === 'drafts';
  if (!mailbox.selectable) {
    return (
      <MenuRow name={mailbox.name} className={s.plain} depth={depth} onMenu={open}>
        <Folder size={16} aria-hidden="true" />
        <bdi className={s.name}>{mailbox.name}</bdi>
      </MenuRow>
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
      isPending={mailbox.pending !== null}
      depth={depth}
      onMenu={open}
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
  /** The mail server does not know of it yet. */
  isPending?: boolean;
  depth?: number;
  onMenu?: (at: Spot) => void;
};

function RailLink(props: RailLinkProps) {
  const { href, icon: Icon, name, count, isCounted, isChosen, isPending, depth = 0, onMenu } = props;
  const isNew = isCounted && count > 0;
  const words = count > 0 ? `${name} (${countText(count)})` : name;
  return (
    <MenuRow name={name} onMenu={onMenu}>
      <Link
        href={href}
        className={classes(s.link, isChosen && s.chosen, isNew && s.new, isPending && s.pending)}
        aria-current={isChosen ? 'page' : undefined}
        title={isPending ? `${words}: the mail server has not done this yet` : words}
        style={indent(depth)}
      >
        <Icon size={17} strokeWidth={isChosen ? 2.25 : 1.75} aria-hidden="true" />
        <bdi className={s.name}>{name}</bdi>
        {count > 0 && <span className={s.count}>{countText(count)}</span>}
      </Link>
    </MenuRow>
  );
}

type MenuRowProps = {
  name: string;
  className?: string | undefined;
  depth?: number;
  onMenu: ((at: Spot) => void) | undefined;
  children: ReactNode;
};

/** A line of the rail with its menu: a button for the pointer; the menu key or a right click too. */
function MenuRow({ name, className, depth = 0, onMenu, children }: MenuRowProps) {
  if (!onMenu) return <li>{children}</li>;
  return (
    <li
      className={classes(s.row, className)}
      style={className ? indent(depth) : undefined}
      onContextMenu={(event) => {
        event.preventDefault();
        // The menu key gives no place of its own.
        const hasPlace = event.clientX > 0 || event.clientY > 0;
        onMenu(hasPlace ? { x: event.clientX, y: event.clientY } : spotBelow(event.currentTarget));
      }}
    >
      {children}
      <button
        type="button"
        tabIndex={-1}
        className={s.more}
        aria-label={`Actions for ${name}`}
        aria-haspopup="menu"
        title={`Actions for ${name}`}
        onClick={(event) => onMenu(spotBelow(event.currentTarget))}
      >
        <Ellipsis size={16} aria-hidden="true" />
      </button>
    </li>
  );
}
