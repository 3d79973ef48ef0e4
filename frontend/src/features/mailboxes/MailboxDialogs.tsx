import { type FormEvent, type ReactNode, useMemo, useState } from 'react';
import type { AccountId, Mailbox } from '@/domain/entities';
import { mailboxName, parentsFor } from '@/domain/mailboxTree';
import { useIntents } from '@/intents/hooks';
import { knownMailboxes } from '@/store/facts';
import { useSelect } from '@/store/hooks';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { SelectField, TextField } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { DeleteMailbox } from './DeleteMailbox';
import s from './MailboxDialogs.module.css';
import { useChange } from './useChange';

/** What is asked about a folder. */
export type Question =
  | { readonly kind: 'create'; readonly account: AccountId; readonly parent: Mailbox | null }
  | { readonly kind: 'rename' | 'move' | 'delete'; readonly mailbox: Mailbox };

/** The dialog for a question; the server's refusal is shown in it, and it stays open. */
export function MailboxDialogs({ question, onClose }: { question: Question; onClose: () => void }) {
  const { mailboxes } = useIntents();
  switch (question.kind) {
    case 'create': {
      const { account, parent } = question;
      return (
        <NameForm
          title={parent ? `New folder in ${mailboxName(parent)}` : 'New folder'}
          before=""
          verb="Create"
          onSave={(name) => mailboxes.create(account, name, parent?.id ?? null)}
          onClose={onClose}
        />
      );
    }
    case 'rename':
      return (
        <NameForm
          title={`Rename ${question.mailbox.name}`}
          before={question.mailbox.name}
          verb="Rename"
          onSave={(name) => mailboxes.rename(question.mailbox, name)}
          onClose={onClose}
        />
      );
    case 'move':
      return <MoveForm mailbox={question.mailbox} onClose={onClose} />;
    case 'delete':
      return <DeleteMailbox mailbox={question.mailbox} onClose={onClose} />;
  }
}

type NameProps = {
  title: string;
  before: string;
  verb: string;
  onSave: (name: string) => Promise<void>;
  onClose: () => void;
};

function NameForm({ title, before, verb, onSave, onClose }: NameProps) {
  const [name, setName] = useState(before);
  const { isBusy, failure, setFailure, carryOut } = useChange(onClose);
  const wanted = name.trim();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        verb={verb}
        isBusy={isBusy}
        canSave={wanted !== '' && wanted !== before}
        onSave={() => void carryOut(onSave(wanted))}
        onClose={onClose}
      >
        <TextField
          label="Name"
          value={name}
          required
          autoComplete="off"
          spellCheck={false}
          data-first=""
          readOnly={isBusy}
          error={failure}
          onChange={(event) => {
            setName(event.target.value);
            setFailure(null);
          }}
        />
      </Form>
    </Dialog>
  );
}

const TOP = '';

function MoveForm({ mailbox, onClose }: { mailbox: Mailbox; onClose: () => void }) {
  const known = useSelect((state) => knownMailboxes(state.facts));
  const parents = useMemo(() => parentsFor(known.values(), mailbox), [known, mailbox]);
  const [parent, setParent] = useState<string>(mailbox.parent_id ?? TOP);
  const { mailboxes } = useIntents();
  const { isBusy, failure, carryOut } = useChange(onClose);
  const options = [
    { value: TOP, name: 'No folder (at the top)' },
    ...parents.map((one) => ({ value: one.id, name: one.role ? mailboxName(one) : one.path })),
  ];
  return (
    <Dialog title={`Move ${mailbox.name}`} onClose={onClose}>
      <Form
        verb="Move"
        isBusy={isBusy}
        canSave={parent !== (mailbox.parent_id ?? TOP)}
        onSave={() => void carryOut(mailboxes.move(mailbox, known.get(parent) ?? null))}
        onClose={onClose}
      >
        <SelectField label="Below" value={parent} options={options} onChoose={setParent} />
        {failure && (
          <div role="alert">
            <Notice tone="danger">{failure}</Notice>
          </div>
        )}
      </Form>
    </Dialog>
  );
}

type FormProps = {
  verb: string;
  isBusy: boolean;
  canSave: boolean;
  onSave: () => void;
  onClose: () => void;
  children: ReactNode;
};

function Form({ verb, isBusy, canSave, onSave, onClose, children }: FormProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (canSave && !isBusy) onSave();
  };
  return (
    <form className={s.form} onSubmit={submit} aria-busy={isBusy}>
      {children}
      <div className={s.actions}>
        <Button look="primary" type="submit" disabled={!canSave || isBusy}>
          {verb}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
