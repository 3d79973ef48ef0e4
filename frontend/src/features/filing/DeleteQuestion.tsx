import type { EmailSummary } from '@/domain/entities';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import s from './Filing.module.css';

type Props = { email: EmailSummary; onDelete: () => void; onClose: () => void };

/** Asks before a message of the trash is deleted on the mail server. */
export function DeleteQuestion({ email, onDelete, onClose }: Props) {
  return (
    <Dialog title="Delete for good?" onClose={onClose}>
      <p>
        <strong>
          <bdi>{email.subject || 'No subject'}</bdi>
        </strong>{' '}
        is deleted on the mail server too. You can undo this for 10 seconds, not later.
      </p>
      <div className={s.actions}>
        <Button look="danger" data-first="" onClick={onDelete}>
          Delete for good
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </Dialog>
  );
}
