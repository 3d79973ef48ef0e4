import { actionDone, dealtWith } from '@/domain/openIntents';
import { countText } from '@/domain/sizes';
import { useSelect } from '@/store/hooks';
import { Meter } from '@/ui/Meter';
import s from './RunningBatches.module.css';

const WORTH_SHOWING = 20; // smaller batches are done before the eye is there

/** Actions on many messages that the mail server has not carried out to their end. */
export function RunningBatches() {
  const operations = useSelect((state) => state.facts.operations);
  const running = [...operations.values()].filter((one) => one.changed >= WORTH_SHOWING);
  if (running.length === 0) return null;
  return (
    <ul className={s.list} aria-label="Under way">
      {running.map((operation) => (
        <li key={operation.id} className={s.batch}>
          <span className={s.words}>
            {actionDone(operation.action)}: {countText(dealtWith(operation))} of{' '}
            {countText(operation.changed)}
            {operation.rejected > 0 && `, ${countText(operation.rejected)} refused`}
          </span>
          <Meter label={actionDone(operation.action)} value={dealtWith(operation)} max={operation.changed} />
        </li>
      ))}
    </ul>
  );
}
