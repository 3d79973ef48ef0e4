import { type KeyboardEvent, memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { DateText } from '@/domain/dates';
import type { EmailId, MailboxRole } from '@/domain/entities';
import type { FilingAct } from '@/domain/filing';
import { type ListFilter, type ListQuery, listKey } from '@/domain/listQuery';
import { countText } from '@/domain/sizes';
import { useIntents } from '@/intents/hooks';
import { selectEmail, useSelect } from '@/store/hooks';
import { useSync } from '@/sync/hooks';
import { type GridHandle, type RowProps, VirtualGrid } from '@/ui/grid/VirtualGrid';
import type { RowRange } from '@/ui/grid/windowing';
import { BulkBar } from './BulkBar';
import { EmptyList } from './EmptyList';
import { ListHeader } from './ListHeader';
import { ListNotices, SyncStrip } from './ListNotices';
import s from './MessageList.module.css';
import { LoadingRow, MessageRow, type RowActions } from './MessageRow';
import { useListCursor } from './useListCursor';
import { useRows } from './useRows';
import { useSelection } from './useSelection';

const ROW_PX = 56;
const DATES = new DateText();

type Props = {
  title: string;
  query: ListQuery;
  /** What the list's mailbox is for. */
  role: MailboxRole | null;
  openId: EmailId | null;
  /** `replace`: stepping from one open message to the next makes no history. */
  onOpen: (id: EmailId, replace: boolean) => void;
  /** Put messages away. */
  onFile: (act: FilingAct, ids: readonly EmailId[]) => void;
  hrefOf: (filter: ListFilter) => string;
  /** On a narrow screen the list gives way to the reader, and takes the focus when it is back. */
  isShown: boolean;
};

/** A mailbox as a list of any length, with the keyboard's cursor in it. */
export function MessageList(props: Props) {
  const { query, role, openId, onOpen, onFile, isShown } = props;
  const rows = useRows(query);
  const sync = useSync();
  const { flags } = useIntents();
  const grid = useRef<GridHandle>(null);
  const today = useToday();
  const fileOne = useCallback((what: FilingAct, id: EmailId) => onFile(what, [id]), [onFile]);
  const { active, act } = useListCursor({ rows, query, openId, onOpen, onFile: fileOne, grid });
  const { chosen, choose } = useSelection(rows, query, active >= 0 ? rows.idAt(active) : undefined);
  const isChoosing = chosen.size > 0;
  const { toggle } = choose;
  const upTo = useRef(choose.extend);
  useEffect(() => {
    upTo.current = choose.extend;
  });

  const look = useCallback((range: RowRange) => sync.list.look(query, range), [sync, query]);
  const wasHidden = useRef(false);
  useEffect(() => {
    if (isShown && wasHidden.current) grid.current?.focus();
    wasHidden.current = !isShown;
  }, [isShown]);

  const actions = useMemo<RowActions>(
    () => ({
      open: act.openRow,
      choose: toggle,
      chooseUpTo: (id) => upTo.current(id),
      star: (id, value) => flags.setStarred(id, value),
      read: (id, value) => flags.setRead(id, value),
      archive: role === 'archive' ? null : (id) => act.file('archive', id),
      remove: (id) => act.file('delete', id),
    }),
    [act, flags, role, toggle],
  );

  const renderRow = (index: number, row: RowProps) => (
    <StoredRow
      key={rows.idAt(index) ?? `row-${index}`}
      id={rows.idAt(index)}
      index={index}
      row={row}
      showsRecipients={role === 'sent' || role === 'drafts'}
      isActive={index === active}
      isOpen={rows.idAt(index) !== undefined && rows.idAt(index) === openId}
      isChosen={chosen.has(rows.idAt(index) ?? '')}
      isChoosing={isChoosing}
      today={today}
      actions={actions}
    />
  );

  return (
    <section className={s.pane} aria-label="Messages">
      {isChoosing ? (
        <BulkBar
          title={props.title}
          role={role}
          chosen={chosen}
          loaded={rows.known().length}
          choose={choose}
          onFile={onFile}
        />
      ) : (
        <ListHeader title={props.title} query={query} hrefOf={props.hrefOf} />
      )}
      <ListNotices query={query} onRetry={() => sync.list.retry()} />
      <SyncStrip query={query} />
      {rows.total === 0 ? (
        <EmptyList query={query} />
      ) : (
        <VirtualGrid
          ref={grid}
          id="messages"
          label={props.title}
          count={rows.count}
          columns={4}
          isMultiple
          rowHeight={ROW_PX}
          active={active}
          listKey={listKey(query)}
          idAt={rows.idAt}
          indexOf={rows.indexOf}
          renderRow={renderRow}
          onWindow={look}
          onKeyDown={(event) => onGridKey(event, act.move, grid.current)}
          onKeyboardFocus={() => {
            if (active < 0) act.move(0);
          }}
        />
      )}
      <p className="visually-hidden" role="status">
        {rows.total === null ? 'Loading' : `${countText(rows.total)} messages`}
      </p>
      {rows.total === 0 && <Watch onLook={look} />}
    </section>
  );
}

/** An empty list has no grid, and is looked at all the same. */
function Watch({ onLook }: { onLook: (range: RowRange) => void }) {
  useEffect(() => onLook({ from: 0, to: 1 }), [onLook]);
  return null;
}

type StoredRowProps = {
  id: EmailId | undefined;
  index: number;
  row: RowProps;
  showsRecipients: boolean;
  isActive: boolean;
  isOpen: boolean;
  isChosen: boolean;
  isChoosing: boolean;
  /** Changes at midnight, when dates read differently. */
  today: string;
  actions: RowActions;
};

/** Whether a row can stay as it is drawn: its place and its words are the same. */
const isSameRow = (a: StoredRowProps, b: StoredRowProps): boolean =>
  a.id === b.id &&
  a.index === b.index &&
  a.row.style.transform === b.row.style.transform &&
  a.isActive === b.isActive &&
  a.isOpen === b.isOpen &&
  a.isChosen === b.isChosen &&
  a.isChoosing === b.isChoosing &&
  a.showsRecipients === b.showsRecipients &&
  a.today === b.today &&
  a.actions === b.actions;

/** Joins a row to the store, so that a changed email draws its own row only. */
const StoredRow = memo(function StoredRow({ id, today: _, ...rest }: StoredRowProps) {
  const email = useSelect((state) => (id === undefined ? undefined : selectEmail(state, id)));
  if (!email) return <LoadingRow row={rest.row} />;
  return <MessageRow {...rest} email={email} dates={DATES} />;
}, isSameRow);

function onGridKey(event: KeyboardEvent, move: (by: number) => void, grid: GridHandle | null): void {
  const page = grid?.pageRows() ?? 1;
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
  };
  const by = steps[event.key];
  if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  move(by);
}

/** Today as text; changes at midnight, so that "10:42" becomes a weekday without a reload. */
function useToday(): string {
  const [today, setToday] = useState(() => new Date().toDateString());
  useEffect(() => {
    const timer = setInterval(() => setToday(new Date().toDateString()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return today;
}
