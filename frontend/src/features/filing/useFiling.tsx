/** Acts on a message of the list, the questions that some of them ask, and where one goes next. */
import { type ReactNode, useCallback, useState } from 'react';
import type { EmailId, EmailSummary, MailboxId } from '@/domain/entities';
import { type Filing, type FilingAct, filingFor, sourceOf } from '@/domain/filing';
import type { ListQuery } from '@/domain/listQuery';
import { idAt, indexOf } from '@/domain/segments';
import { useIntents } from '@/intents/hooks';
import { knownMailboxes } from '@/store/facts';
import { selectList, useStore } from '@/store/hooks';
import { useCommand } from '@/ui/keyboard/commandBoard';
import { DeleteQuestion } from './DeleteQuestion';
import { MoveDialog } from './MoveDialog';

type Options = {
  query: ListQuery;
  openId: EmailId | null;
  onOpen: (id: EmailId, replace: boolean) => void;
  onBack: () => void;
};

type Question =
  | { readonly kind: 'move'; readonly email: EmailSummary; readonly from: MailboxId }
  | { readonly kind: 'delete'; readonly email: EmailSummary; readonly filing: Filing };

export type FileMessage = (act: FilingAct, id: EmailId) => void;

/** @returns how to act on a message; the dialog to draw while a question is open. */
export function useFiling({ query, openId, onOpen, onBack }: Options): {
  file: FileMessage;
  dialog: ReactNode;
} {
  const store = useStore();
  const { filing: intents } = useIntents();
  const [question, setQuestion] = useState<Question | null>(null);
  useCommand('undo', () => intents.undoLast());

  const carryOut = useCallback(
    (id: EmailId, filing: Filing): void => {
      const next = id === openId ? rowAfter(selectList(store.get(), query)?.segments ?? [], id) : null;
      intents.file(id, filing);
      setQuestion(null);
      if (id !== openId) return;
      if (next) onOpen(next, true);
      else onBack();
    },
    [store, intents, query, openId, onOpen, onBack],
  );

  const file = useCallback<FileMessage>(
    (act, id) => {
      const { facts } = store.get();
      const email = facts.emails.get(id);
      const from = email && sourceOf(query, email, knownMailboxes(facts));
      if (!email || !from) return;
      if (act === 'move') {
        setQuestion({ kind: 'move', email, from });
        return;
      }
      const filing = filingFor(act, email, from, knownMailboxes(facts));
      if (filing?.isForGood) setQuestion({ kind: 'delete', email, filing });
      else if (filing) carryOut(id, filing);
    },
    [store, query, carryOut],
  );

  const onClose = (): void => setQuestion(null);
  const dialog =
    question?.kind === 'move' ? (
      <MoveDialog
        email={question.email}
        from={question.from}
        onClose={onClose}
        onChoose={(to) =>
          carryOut(question.email.id, { action: 'move', from: question.from, to, isForGood: false })
        }
      />
    ) : question?.kind === 'delete' ? (
      <DeleteQuestion
        email={question.email}
        onClose={onClose}
        onDelete={() => carryOut(question.email.id, question.filing)}
      />
    ) : null;
  return { file, dialog };
}

function rowAfter(segments: Parameters<typeof indexOf>[0], id: EmailId): EmailId | undefined {
  const index = indexOf(segments, id);
  return index < 0 ? undefined : idAt(segments, index + 1);
}
