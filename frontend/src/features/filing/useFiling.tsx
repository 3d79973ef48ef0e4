/** Acts on messages of the list, the questions that some of them ask, and where one goes next. */
import { type ReactNode, useCallback, useState } from 'react';
import type { EmailId, EmailSummary, MailboxId } from '@/domain/entities';
import { type Filing, type FilingAct, type Plan, plansFor, sourceOf } from '@/domain/filing';
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
  /** Say why something cannot be done. */
  onTell: (message: string) => void;
};

type Question =
  | { readonly kind: 'move'; readonly emails: readonly EmailSummary[]; readonly from: MailboxId }
  | { readonly kind: 'delete'; readonly emails: readonly EmailSummary[]; readonly plans: readonly Plan[] };

export type FileMessages = (act: FilingAct, ids: readonly EmailId[]) => void;

/** @returns how to act on messages; the dialog to draw while a question is open. */
export function useFiling({ query, openId, onOpen, onBack, onTell }: Options): {
  file: FileMessages;
  dialog: ReactNode;
} {
  const store = useStore();
  const { filing: intents } = useIntents();
  const [question, setQuestion] = useState<Question | null>(null);
  useCommand('undo', () => intents.undoLast());

  const carryOut = useCallback(
    (plans: readonly Plan[]): void => {
      const ids = plans.flatMap((plan) => plan.ids);
      const isOpenGone = openId !== null && ids.includes(openId);
      const isOnly = isOpenGone && ids.length === 1;
      const next = isOnly ? rowAfter(selectList(store.get(), query)?.segments ?? [], openId) : null;
      intents.fileAll(plans);
      setQuestion(null);
      if (!isOpenGone) return;
      if (next) onOpen(next, true);
      else onBack();
    },
    [store, intents, query, openId, onOpen, onBack],
  );

  const file = useCallback<FileMessages>(
    (act, ids) => {
      const { facts } = store.get();
      const mailboxes = knownMailboxes(facts);
      const emails = ids.flatMap((id) => facts.emails.get(id) ?? []);
      const first = emails[0];
      const from = first && sourceOf(query, first, mailboxes);
      if (!first || !from) return;
      if (act === 'move') {
        if (emails.every((email) => sourceOf(query, email, mailboxes) === from)) {
          setQuestion({ kind: 'move', emails, from });
        } else onTell('Messages of several accounts cannot be moved together.');
        return;
      }
      const plans = plansFor(act, emails, query, mailboxes);
      if (plans.some((plan) => plan.filing.isForGood)) setQuestion({ kind: 'delete', emails, plans });
      else if (plans.length > 0) carryOut(plans);
    },
    [store, query, carryOut, onTell],
  );

  const onClose = (): void => setQuestion(null);
  const dialog =
    question?.kind === 'move' ? (
      <MoveDialog
        emails={question.emails}
        from={question.from}
        onClose={onClose}
        onChoose={(to) => {
          const filing: Filing = { action: 'move', from: question.from, to, isForGood: false };
          carryOut([{ ids: question.emails.map((email) => email.id), filing }]);
        }}
      />
    ) : question?.kind === 'delete' ? (
      <DeleteQuestion emails={question.emails} onClose={onClose} onDelete={() => carryOut(question.plans)} />
    ) : null;
  return { file, dialog };
}

function rowAfter(segments: Parameters<typeof indexOf>[0], id: EmailId): EmailId | undefined {
  const index = indexOf(segments, id);
  return index < 0 ? undefined : idAt(segments, index + 1);
}
