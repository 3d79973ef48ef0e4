import type { EmailSummary } from '@/domain/entities';
import { countText } from '@/domain/sizes';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import s from './Filing.module.css';

type Props = { emails: readonly EmailSummary[]; onDelete: () => void; onClose: () => void };

/** Asks before messages of the trash are deleted on the mail server. */
export function DeleteQuestion({ emails, onDelete, onClose }: Props) {
  const isOne = emails.length === 1;
  return (
    <Dialog title="Delete for good?" onClose={onClose}>
      <p>
        <strong>
          <bdi>{isOne ? emails[0]?.subject || 'No subject' : `${countText(emails.length)} messages`}</bdi>
        </strong>{' '}
        {isOne ? 'is' : 'are'} deleted on the mail server too. You can undo this for 10 seconds, not later.
      </p>
      <div className={s.actions}>
        <Button look="danger" data-first="" onClick={onDelete}>
          Delete for good
        </Button>
        <Button onClick={onClose}>{isOne ? 'Keep it' : 'Keep them'}</Button>
      </div>
    </Dialog>
  );
}
