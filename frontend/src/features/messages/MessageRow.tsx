import { Archive, Mail, MailOpen, Paperclip, Reply, Star, Trash2 } from 'lucide-react';
import { type MouseEvent, useState } from 'react';
import { displayName } from '@/domain/address';
import type { DateText } from '@/domain/dates';
import type { Address, EmailSummary } from '@/domain/entities';
import { Avatar } from '@/ui/Avatar';
import { classes } from '@/ui/classes';
import type { RowProps } from '@/ui/grid/VirtualGrid';
import { CheckBox } from './CheckBox';
import s from './MessageRow.module.css';
import { useLongPress } from './useLongPress';

/** What a row can ask for; one object for all rows, so that they compare as equal. */
export type RowActions = {
  open: (index: number) => void;
  choose: (id: string) => void;
  /** Everything up to this row. */
  chooseUpTo: (id: string) => void;
  star: (id: string, value: boolean) => void;
  read: (id: string, value: boolean) => void;
  /** null where mail is archived already. */
  archive: ((id: string) => void) | null;
  remove: (id: string) => void;
};

type Props = {
  index: number;
  row: RowProps;
  email: EmailSummary;
  /** Sent mail shows whom it went to. */
  showsRecipients: boolean;
  isActive: boolean;
  isOpen: boolean;
  isChosen: boolean;
  /** Something is chosen: a tap chooses too, and boxes stand where the avatars are. */
  isChoosing: boolean;
  dates: DateText;
  actions: RowActions;
};

/** One message in the list: who, what, when. Two lines, one height. */
export function MessageRow(props: Props) {
  const { index, row, email, showsRecipients, isActive, isOpen, isChosen, isChoosing, dates, actions } =
    props;
  const [isNear, setNear] = useState(false);
  const { wasLong, ...press } = useLongPress(() => actions.choose(email.id));
  const onClick = (event: MouseEvent<HTMLElement>): void => {
    if (wasLong()) return;
    const isFinger = (event.nativeEvent as globalThis.PointerEvent).pointerType === 'touch';
    if (event.shiftKey) actions.chooseUpTo(email.id);
    else if (event.ctrlKey || event.metaKey || (isChoosing && isFinger)) actions.choose(email.id);
    else actions.open(index);
  };
  const who = showsRecipients ? recipients(email) : displayName(email.from);
  const date = dates.row(email.date, new Date());
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys belong to the grid, which keeps the focus
    <div
      {...row}
      {...press}
      onPointerEnter={(event) => setNear(event.pointerType === 'mouse')}
      onPointerLeave={() => setNear(false)}
      role="row"
      aria-selected={isChosen}
      aria-current={isOpen ? 'true' : undefined}
      aria-label={spoken(email, who, date)}
      className={classes(
        s.row,
        !email.is_read && s.unread,
        isActive && s.active,
        isOpen && s.open,
        isChosen && s.chosen,
        isNear && s.near,
      )}
      onClick={onClick}
    >
      <span role="gridcell" className={s.mark} />
      <FaceCell
        of={showsRecipients ? (email.to[0] ?? null) : email.from}
        isChosen={isChosen}
        hasBox={isNear || isChoosing}
        onChoose={({ shiftKey }) => (shiftKey ? actions.chooseUpTo : actions.choose)(email.id)}
      />
      <div role="gridcell" className={s.words}>
        <div className={s.line}>
          <bdi className={s.who}>{who}</bdi>
          {email.is_answered && <Reply size={14} className={s.hint} aria-hidden="true" />}
          {email.has_attachments && <Paperclip size={14} className={s.hint} aria-hidden="true" />}
          <time className={s.date} dateTime={email.date} title={dates.full(email.date)}>
            {date}
          </time>
        </div>
        <div className={s.second}>
          <div className={s.text} dir="auto">
            {email.is_draft && <span className={s.draft}>Draft </span>}
            <span className={s.subject}>{subjectOf(email)}</span>
            {email.snippet && ` — ${email.snippet}`}
          </div>
        </div>
      </div>
      <RowActionsCell email={email} actions={actions} isNear={isNear} />
    </div>
  );
}

type FaceProps = {
  of: Address | null;
  isChosen: boolean;
  hasBox: boolean;
  onChoose: (event: { shiftKey: boolean }) => void;
};

/** Who it is from, or the box to choose the message with. */
function FaceCell({ of, isChosen, hasBox, onChoose }: FaceProps) {
  return (
    <span role="gridcell">
      {hasBox ? (
        <CheckBox label="Choose this message" state={isChosen ? 'true' : 'false'} onPress={onChoose} />
      ) : (
        <Avatar of={of} />
      )}
    </span>
  );
}

const subjectOf = (email: EmailSummary): string => email.subject || 'No subject';

const recipients = (email: EmailSummary): string =>
  email.to.map((one) => displayName(one)).join(', ') || 'No recipient';

type CellProps = { email: EmailSummary; actions: RowActions; isNear: boolean };

/** The star, and what is drawn only for the row under the pointer: a list of rows is drawn fast. */
function RowActionsCell({ email, actions, isNear }: CellProps) {
  const { archive } = actions;
  return (
    <div role="gridcell" className={s.actions}>
      {isNear && archive && (
        <RowButton label="Archive" onPress={() => archive(email.id)}>
          <Archive size={16} />
        </RowButton>
      )}
      {isNear && (
        <>
          <RowButton label="Delete" onPress={() => actions.remove(email.id)}>
            <Trash2 size={16} />
          </RowButton>
          <RowButton
            label={email.is_read ? 'Mark as unread' : 'Mark as read'}
            onPress={() => actions.read(email.id, !email.is_read)}
          >
            {email.is_read ? <Mail size={16} /> : <MailOpen size={16} />}
          </RowButton>
        </>
      )}
      <RowButton
        label={email.is_starred ? 'Remove star' : 'Add star'}
        className={classes(s.star, email.is_starred && s.starred)}
        isPressed={email.is_starred}
        onPress={() => actions.star(email.id, !email.is_starred)}
      >
        <Star size={16} fill={email.is_starred ? 'currentColor' : 'none'} />
      </RowButton>
    </div>
  );
}

/** The row in words, for those who listen. */
function spoken(email: EmailSummary, who: string, date: string): string {
  const marks = [
    !email.is_read && 'Unread',
    email.is_starred && 'starred',
    email.has_attachments && 'with attachments',
  ].filter(Boolean);
  return [...marks, who, subjectOf(email), date].join(', ');
}

type RowButtonProps = {
  label: string;
  className?: string | undefined;
  isPressed?: boolean;
  onPress: () => void;
  children: React.ReactNode;
};

// Not tab stops: the same is done by a key for the active row.
function RowButton({ label, className, isPressed, onPress, children }: RowButtonProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      className={classes(s.button, className)}
      onClick={(event) => {
        event.stopPropagation();
        onPress();
      }}
    >
      {children}
    </button>
  );
}

/** A row that is not here yet: two still bars. */
export function LoadingRow({ row }: { row: RowProps }) {
  return (
    <div {...row} role="row" aria-label="Loading" className={classes(s.row, s.loading)}>
      <span role="gridcell" className={s.mark} />
      <span role="gridcell" className={s.blank} />
      <div role="gridcell" className={s.bars}>
        <span />
        <span />
      </div>
    </div>
  );
}
