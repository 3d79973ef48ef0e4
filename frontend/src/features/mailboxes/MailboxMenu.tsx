import { Check, FolderInput, FolderPlus, PencilLine, Trash2 } from 'lucide-react';
import type { Mailbox } from '@/domain/entities';
import { mailboxName } from '@/domain/mailboxTree';
import { useIntents } from '@/intents/hooks';
import { MenuItem } from '@/ui/Menu';
import { PopMenu, type Spot } from '@/ui/PopMenu';
import type { Question } from './MailboxDialogs';

type Props = {
  mailbox: Mailbox;
  at: Spot;
  onAsk: (question: Question) => void;
  onClose: () => void;
};

/** What can be done with a folder. One with a role keeps its name and place. */
export function MailboxMenu({ mailbox, at, onAsk, onClose }: Props) {
  const { mailboxes, tell } = useIntents();
  const name = mailboxName(mailbox);
  const isPlain = mailbox.role === null;
  const carryOut = (change: Promise<void>): void => {
    onClose();
    change.catch((error: Error) => tell(error.message));
  };
  return (
    <PopMenu label={`Actions for ${name}`} at={at} onClose={onClose}>
      <MenuItem
        icon={<FolderPlus size={18} />}
        onSelect={() => onAsk({ kind: 'create', account: mailbox.account_id, parent: mailbox })}
      >
        New folder inside
      </MenuItem>
      {isPlain && (
        <>
          <MenuItem icon={<PencilLine size={18} />} onSelect={() => onAsk({ kind: 'rename', mailbox })}>
            Rename
          </MenuItem>
          <MenuItem icon={<FolderInput size={18} />} onSelect={() => onAsk({ kind: 'move', mailbox })}>
            Move below another folder
          </MenuItem>
        </>
      )}
      <MenuItem
        icon={mailbox.subscribed ? <Check size={18} /> : null}
        isChecked={mailbox.subscribed}
        onSelect={() => carryOut(mailboxes.setSubscribed(mailbox, !mailbox.subscribed))}
      >
        Shown in other mail programs
      </MenuItem>
      {mailbox.role !== 'inbox' && mailbox.selectable && (
        <MenuItem
          icon={mailbox.watched ? <Check size={18} /> : null}
          isChecked={mailbox.watched}
          onSelect={() => carryOut(mailboxes.setWatched(mailbox, !mailbox.watched))}
        >
          Followed live
        </MenuItem>
      )}
      {isPlain && (
        <MenuItem icon={<Trash2 size={18} />} onSelect={() => onAsk({ kind: 'delete', mailbox })}>
          Delete
        </MenuItem>
      )}
    </PopMenu>
  );
}
