import { ArrowLeft, ChevronDown, ChevronUp, Mail, MailOpen, Star } from 'lucide-react';
import { keyLabel } from '@/domain/commands';
import type { EmailSummary } from '@/domain/entities';
import { useIntents } from '@/intents/hooks';
import { IconButton } from '@/ui/Button';
import s from './ReaderBar.module.css';

type Props = {
  email: EmailSummary;
  position: string | null;
  onBack: () => void;
  onStep: (by: 1 | -1) => void;
};

/** What can be done with the open message. */
export function ReaderBar({ email, position, onBack, onStep }: Props) {
  const { flags } = useIntents();
  return (
    <div className={s.bar} role="toolbar" aria-label="Message actions">
      <IconButton label="Back to the list" hint={keyLabel('back')} onClick={onBack}>
        <ArrowLeft size={18} />
      </IconButton>
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
