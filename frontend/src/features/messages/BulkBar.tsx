import { Archive, FolderInput, Inbox, Mail, MailOpen, OctagonAlert, Star, Trash2, X } from 'lucide-react';
import { keyLabel } from '@/domain/commands';
import type { EmailId, MailboxRole } from '@/domain/entities';
import type { FilingAct } from '@/domain/filing';
import { countText } from '@/domain/sizes';
import { useIntents } from '@/intents/hooks';
import { selectEmail, useSelect, useStore } from '@/store/hooks';
import { IconButton } from '@/ui/Button';
import { useCommand } from '@/ui/keyboard/commandBoard';
import s from './BulkBar.module.css';
import { CheckBox } from './CheckBox';
import type { Chooser } from './useSelection';

type Props = {
  title: string;
  role: MailboxRole | null;
  chosen: ReadonlySet<EmailId>;
  /** Messages that could be chosen. */
  loaded: number;
  choose: Chooser;
  onFile: (act: FilingAct, ids: readonly EmailId[]) => void;
};

/**
 * Stands in the list's header while messages are chosen: how many, and what can be done with them.
 *
 * While it is there, the keys of a message act on all that are chosen.
 */
export function BulkBar({ title, role, chosen, loaded, choose, onFile }: Props) {
  const { flags } = useIntents();
  const store = useStore();
  const ids = [...chosen];
  const isAnyUnread = useSelect((state) => ids.some((id) => selectEmail(state, id)?.is_read === false));
  const file = (act: FilingAct): void => onFile(act, ids);
  const star = (): void => {
    const isAnyBare = ids.some((id) => selectEmail(store.get(), id)?.is_starred === false);
    flags.setAll('star', ids, isAnyBare);
  };
  useCommand('back', choose.none);
  useCommand('archive', () => file('archive'));
  useCommand('delete', () => file('delete'));
  useCommand('spam', () => file('spam'));
  useCommand('move', () => file('move'));
  useCommand('star', star);
  useCommand('mark-read', () => flags.setAll('read', ids, true));
  useCommand('mark-unread', () => flags.setAll('read', ids, false));
  const isAll = ids.length >= loaded;
  return (
    <div className={s.bar} role="toolbar" aria-label="What to do with the chosen messages">
      <h1 className="visually-hidden">{title}</h1>
      <CheckBox
        label={isAll ? 'Choose nothing' : 'Choose all that is loaded'}
        state={isAll ? 'true' : 'mixed'}
        isTabStop
        onPress={() => (isAll ? choose.none() : choose.all())}
      />
      <p className={s.count} role="status">
        {countText(ids.length)} chosen
      </p>
      {role !== 'archive' && (
        <IconButton label="Archive" hint={keyLabel('archive')} onClick={() => file('archive')}>
          <Archive size={18} />
        </IconButton>
      )}
      <IconButton
        label={role === 'trash' ? 'Delete for good' : 'Delete'}
        hint={keyLabel('delete')}
        onClick={() => file('delete')}
      >
        <Trash2 size={18} />
      </IconButton>
      <IconButton
        label={role === 'junk' ? 'Not spam' : 'Mark as spam'}
        hint={keyLabel('spam')}
        onClick={() => file('spam')}
      >
        {role === 'junk' ? <Inbox size={18} /> : <OctagonAlert size={18} />}
      </IconButton>
      <IconButton label="Move to a mailbox" hint={keyLabel('move')} onClick={() => file('move')}>
        <FolderInput size={18} />
      </IconButton>
      <IconButton
        label={isAnyUnread ? 'Mark as read' : 'Mark as unread'}
        hint={`shift ${isAnyUnread ? 'i' : 'u'}`}
        onClick={() => flags.setAll('read', ids, isAnyUnread)}
      >
        {isAnyUnread ? <MailOpen size={18} /> : <Mail size={18} />}
      </IconButton>
      <IconButton label="Star or unstar" hint={keyLabel('star')} className={s.wide} onClick={star}>
        <Star size={18} />
      </IconButton>
      <IconButton label="Choose nothing" hint="esc" className={s.end} onClick={choose.none}>
        <X size={18} />
      </IconButton>
    </div>
  );
}
