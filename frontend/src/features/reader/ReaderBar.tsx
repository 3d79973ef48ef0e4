import {
  Archive,
  ArrowLeft,
  ChevronDown,
  ChevronUp,
  FolderInput,
  Inbox,
  Mail,
  MailOpen,
  OctagonAlert,
  Star,
  Trash2,
} from 'lucide-react';
import { keyLabel } from '@/domain/commands';
import type { EmailSummary, MailboxRole } from '@/domain/entities';
import type { FilingAct } from '@/domain/filing';
import { useIntents } from '@/intents/hooks';
import { IconButton } from '@/ui/Button';
import s from './ReaderBar.module.css';

type Props = {
  email: EmailSummary;
  position: string | null;
  role: MailboxRole | null;
  onFile: (act: FilingAct, id: string) => void;
  onBack: () => void;
  onStep: (by: 1 | -1) => void;
};

/** What can be done with the open message. */
export function ReaderBar({ email, position, role, onBack, onFile, onStep }: Props) {
  const { flags } = useIntents();
  return (
    <div className={s.bar} role="toolbar" aria-label="Message actions">
      <IconButton label="Back to the list" hint={keyLabel('back')} onClick={onBack}>
        <ArrowLeft size={18} />
      </IconButton>
      <FilingButtons role={role} onFile={(act) => onFile(act, email.id)} />
      <IconButton
        label={email.is_read ? 'Mark as unread' : 'Mark as read'}
        hint={`shift ${email.is_read ? 'u' : 'i'}`}
        onClick={() => flags.setRead(email.id, !email.is_read)}
      >
        {email.is_read ? <Mail size={18} /> : <MailOpen size={18} />}
      </IconButton>
      <IconButton
        label={email.is_starred ? 'Remove star' : 'Add star'}
        hint={keyLabel('star')}
        aria-pressed={email.is_starred}
        className={email.is_starred ? s.starred : undefined}
        onClick={() => flags.setStarred(email.id, !email.is_starred)}
      >
        <Star size={18} fill={email.is_starred ? 'currentColor' : 'none'} />
      </IconButton>
      <span className={s.position}>{position}</span>
      <IconButton label="Previous message" hint={keyLabel('previous')} onClick={() => onStep(-1)}>
        <ChevronUp size={18} />
      </IconButton>
      <IconButton label="Next message" hint={keyLabel('next')} onClick={() => onStep(1)}>
        <ChevronDown size={18} />
      </IconButton>
    </div>
  );
}

function FilingButtons(props: { role: MailboxRole | null; onFile: (act: FilingAct) => void }) {
  const { role, onFile } = props;
  const isSpam = role === 'junk';
  return (
    <>
      {role !== 'archive' && (
        <IconButton label="Archive" hint={keyLabel('archive')} onClick={() => onFile('archive')}>
          <Archive size={18} />
        </IconButton>
      )}
      <IconButton
        label={role === 'trash' ? 'Delete for good' : 'Delete'}
        hint={keyLabel('delete')}
        onClick={() => onFile('delete')}
      >
        <Trash2 size={18} />
      </IconButton>
      <IconButton
        label={isSpam ? 'Not spam' : 'Mark as spam'}
        hint={keyLabel('spam')}
        onClick={() => onFile('spam')}
      >
        {isSpam ? <Inbox size={18} /> : <OctagonAlert size={18} />}
      </IconButton>
      <IconButton label="Move to a mailbox" hint={keyLabel('move')} onClick={() => onFile('move')}>
        <FolderInput size={18} />
      </IconButton>
    </>
  );
}
