import { useCallback, useEffect, useState } from 'react';
import { getOperations, undoOperation } from '@/api/calls';
import { DateText } from '@/domain/dates';
import type { Operation } from '@/domain/entities';
import { actionDone } from '@/domain/openIntents';
import { plural } from '@/domain/sizes';
import { useIntents } from '@/intents/hooks';
import { useSelect } from '@/store/hooks';
import { Button } from '@/ui/Button';
import s from './NotDonePage.module.css';

const DATES = new DateText();

/** What was done lately, how far the mail server has followed, and the way back. */
export function RecentActions() {
  const [operations, setOperations] = useState<readonly Operation[]>([]);
  const running = useSelect((state) => state.facts.operations);
  const { tell } = useIntents();
  const look = useCallback(() => {
    // What is shown stays if the server is away; the connection sign says so.
    getOperations().then(
      (page) => setOperations(page.items),
      () => undefined,
    );
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a batch went on
  useEffect(look, [look, running]);
  if (operations.length === 0) return null;
  const undo = (operation: Operation): void => {
    undoOperation(operation.id).then(look, () => tell('This was undone already, or cannot be undone.'));
  };
  return (
    <section className={s.group} aria-label="Done lately">
      <header className={s.groupHead}>
        <h2 className={s.groupName}>Done lately</h2>
      </header>
      <ul>
        {operations.map((operation) => (
          <li key={operation.id} className={s.item}>
            <div className={s.what}>
              <p className={s.wish}>
                {actionDone(operation.action)}
                {!operation.action.endsWith(' mailbox') &&
                  `: ${plural(operation.changed, 'message', 'messages')}`}
              </p>
              <p className={s.facts}>
                {[
                  DATES.header(operation.created_at, new Date()),
                  operation.pending > 0 && `${operation.pending} on their way`,
                  operation.rejected > 0 && `${operation.rejected} not done`,
                  operation.undone_at !== null && 'undone',
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            {isUndoable(operation) && (
              <div className={s.buttons}>
                <Button look="quiet" onClick={() => undo(operation)}>
                  Undo
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const isUndoable = (operation: Operation): boolean =>
  operation.undone_at === null && operation.pending + operation.settled > 0;
