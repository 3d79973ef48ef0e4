import { useCallback, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import type { EmailId, MailboxRole } from '@/domain/entities';
import type { FilingAct } from '@/domain/filing';
import type { ListFilter, ListQuery } from '@/domain/listQuery';
import { mailboxName } from '@/domain/mailboxTree';
import { indexOf } from '@/domain/segments';
import { countText } from '@/domain/sizes';
import { NotDoneLink, RunningBatches } from '@/features/activity';
import { useFiling } from '@/features/filing';
import { MailboxRail } from '@/features/mailboxes';
import { MessageList } from '@/features/messages';
import { Reader } from '@/features/reader';
import { SyncStatus } from '@/features/syncing';
import { useIntents } from '@/intents/hooks';
import { knownMailboxes } from '@/store/facts';
import { selectList, selectListUnread, useSelect } from '@/store/hooks';
import { useSync } from '@/sync/hooks';
import { Dialog } from '@/ui/Dialog';
import { useCommand, useCommandBoard } from '@/ui/keyboard/commandBoard';
import { useMedia, useSavedNumber } from '@/ui/preferences';
import { Splitter } from '@/ui/Splitter';
import { BottomBar } from './BottomBar';
import { placePath } from './place';
import s from './Shell.module.css';

const LIST_MIN = 320;
const LIST_MAX = 640;

/** Marks a history entry whose previous one is the list. */
const FROM_LIST = { isFromList: true };

/** Mailboxes, list and reader side by side; on a narrow screen one after the other. */
export function MailView({ query, open }: { query: ListQuery; open: EmailId | null }) {
  const [, go] = useLocation();
  const isStack = useMedia('(max-width: 819px)');
  const isIconRail = useMedia('(min-width: 820px) and (max-width: 1099px)');
  const [listWidth, setListWidth] = useSavedNumber('vexmail-list-width', 440, LIST_MIN, LIST_MAX);
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const board = useCommandBoard();
  useKnownPlace(query);
  const title = useTitle(query);
  const role = useRole(query);
  const { position } = useNeighbours(query, open);

  const onOpen = useCallback(
    (id: EmailId, replace: boolean) =>
      go(placePath(query.mailbox, query.filter, id), { replace, state: replace ? history.state : FROM_LIST }),
    [go, query],
  );
  // Back to the list that the message was opened from is back in history, or the browser's own
  // "back" would lead to the message again.
  const onBack = useCallback(() => {
    if ((history.state as typeof FROM_LIST | null)?.isFromList) history.back();
    else go(placePath(query.mailbox, query.filter, null), { replace: true });
  }, [go, query]);
  const hrefOf = useCallback((filter: ListFilter) => placePath(query.mailbox, filter, null), [query.mailbox]);
  const { tell } = useIntents();
  const { file, dialog } = useFiling({ query, openId: open, onOpen, onBack, onTell: tell });
  const fileOne = useCallback((act: FilingAct, id: EmailId) => file(act, [id]), [file]);
  useCommand('back', () => open !== null && onBack());
  useCommand('go-inbox', () => go('/'));

  const showsReader = !isStack || open !== null;
  const showsList = !isStack || open === null;
  return (
    <>
      {!isStack && (
        <nav className={s.rail} aria-label="Mailboxes">
          <div className={s.railScroll}>
            <MailboxRail chosen={query.mailbox} isNarrow={isIconRail} />
          </div>
          <RailFoot isNarrow={isIconRail} />
        </nav>
      )}
      <main className={s.main}>
        <div
          className={s.list}
          hidden={!showsList}
          style={isStack ? undefined : { width: isIconRail ? Math.min(listWidth, 380) : listWidth }}
        >
          <MessageList
            title={title}
            query={query}
            role={role}
            openId={open}
            onOpen={onOpen}
            onFile={file}
            hrefOf={hrefOf}
            isShown={showsList}
          />
        </div>
        {!isStack && (
          <Splitter
            label="Width of the list"
            value={listWidth}
            min={LIST_MIN}
            max={LIST_MAX}
            onChange={setListWidth}
          />
        )}
        <div className={s.reader} hidden={!showsReader}>
          <Reader
            emailId={open}
            position={position}
            takesFocus={isStack && open !== null}
            onBack={onBack}
            onFile={fileOne}
            role={role}
            onStep={(by) => board.run(by > 0 ? 'next' : 'previous')}
          />
        </div>
      </main>
      {dialog}
      {isStack && open === null && <BottomBar query={query} onMenu={() => setDrawerOpen(true)} />}
      {isStack && isDrawerOpen && (
        <Dialog title="Folders" look="drawer" onClose={() => setDrawerOpen(false)}>
          <MailboxRail chosen={query.mailbox} isNarrow={false} onChoose={() => setDrawerOpen(false)} />
          <RailFoot isNarrow={false} />
        </Dialog>
      )}
    </>
  );
}

/** Below the mailboxes: what is under way, and what went wrong. */
function RailFoot({ isNarrow }: { isNarrow: boolean }) {
  return (
    <div className={s.railFoot}>
      {!isNarrow && <RunningBatches />}
      <NotDoneLink isNarrow={isNarrow} />
      <SyncStatus isNarrow={isNarrow} />
    </div>
  );
}

/** The list's name, which is also the window's: "(12) Inbox – VexMail". */
function useTitle(query: ListQuery): string {
  const mailbox = useSelect((state) =>
    query.mailbox === null ? undefined : knownMailboxes(state.facts).get(query.mailbox),
  );
  const isSingle = useSelect((state) => (state.facts.accounts?.size ?? 0) <= 1);
  const unread = useSelect((state) => selectListUnread(state, query));
  const inbox = isSingle ? 'Inbox' : 'All inboxes';
  const title = query.mailbox === null ? inbox : mailbox ? mailboxName(mailbox) : 'Folder';
  useEffect(() => {
    document.title = `${unread > 0 ? `(${countText(unread)}) ` : ''}${title} – VexMail`;
  }, [title, unread]);
  return title;
}

/** A folder that is deleted, here or elsewhere, gives way to the inbox. */
function useKnownPlace(query: ListQuery): void {
  const [, go] = useLocation();
  const isGone = useSelect(
    (state) =>
      query.mailbox !== null &&
      state.facts.mailboxes !== null &&
      state.facts.mailboxes.size > 0 &&
      !state.facts.mailboxes.has(query.mailbox),
  );
  useEffect(() => {
    if (isGone) go('/', { replace: true });
  }, [isGone, go]);
}

/** What the list's mailbox is for. */
function useRole(query: ListQuery): MailboxRole | null {
  return useSelect((state) => {
    if (query.mailbox === null) return 'inbox';
    return knownMailboxes(state.facts).get(query.mailbox)?.role ?? null;
  });
}

/** Where the open message stands in the list; its neighbours are fetched ahead. */
function useNeighbours(query: ListQuery, open: EmailId | null): { position: string | null } {
  const list = useSelect((state) => selectList(state, query));
  const { messages } = useSync();
  const index = list && open !== null ? indexOf(list.segments, open) : -1;
  useEffect(() => {
    if (!list || index < 0) return;
    const timer = setTimeout(() => {
      const around = list.segments.flatMap((segment) =>
        [index + 1, index - 1].flatMap((row) => segment.ids[row - segment.start] ?? []),
      );
      messages.prefetch(around);
    }, 400);
    return () => clearTimeout(timer);
  }, [list, index, messages]);
  const position = index >= 0 && list?.total ? `${countText(index + 1)} of ${countText(list.total)}` : null;
  return { position };
}
