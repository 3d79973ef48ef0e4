import { useState } from 'react';
import type { Mailbox } from '@/domain/entities';
import { withBelow } from '@/domain/mailboxTree';
import { plural } from '@/domain/sizes';
import { useIntents } from '@/intents/hooks';
import { knownMailboxes } from '@/store/facts';
import { useSelect } from '@/store/hooks';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Notice } from '@/ui/Notice';
import s from './MailboxDialogs.module.css';
import { useChange } from './useChange';

/** Asks before a folder goes, and says exactly what becomes of the mail in it. */
export function DeleteMailbox({ mailbox, onClose }: { mailbox: Mailbox; onClose: () => void }) {
  const known = useSelect((state) => knownMailboxes(state.facts));
  const [isForGood, setForGood] = useState(false);
  const { mailboxes } = useIntents();
  const { isBusy, failure, carryOut } = useChange(onClose);
  const all = withBelow(known.values(), mailbox);
  const held = all.reduce((sum, one) => sum + one.total, 0);
  const below = all.length - 1;
  return (
    <Dialog title={`Delete ${mailbox.name}?`} onClose={onClose}>
      <div className={s.gone}>
        <p>
          <strong>
            <bdi>{mailbox.name}</bdi>
          </strong>
          {below > 0 && ` and the ${plural(below, 'folder', 'folders')} below it`} {below > 0 ? 'are' : 'is'}{' '}
          deleted on the mail server too.{' '}
          {held === 0
            ? 'There is no mail inside.'
            : isForGood
              ? `The ${plural(held, 'message', 'messages')} inside are deleted for good and cannot be brought back.`
              : `The ${plural(held, 'message', 'messages')} inside go to Trash.`}
        </p>
        {held > 0 && (
          <label className={s.choice}>
            <input
              type="checkbox"
              checked={isForGood}
              onChange={(event) => setForGood(event.target.checked)}
            />
            Delete the mail for good
          </label>
        )}
        {failure && (
          <div role="alert">
            <Notice tone="danger">{failure}</Notice>
          </div>
        )}
        <div className={s.actions}>
          <Button
            look="danger"
            disabled={isBusy}
            onClick={() => void carryOut(mailboxes.remove(mailbox, isForGood))}
          >
            {held > 0 && isForGood
              ? `Delete folder and ${plural(held, 'message', 'messages')}`
              : 'Delete folder'}
          </Button>
          <Button data-first="" onClick={onClose}>
            Keep it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
