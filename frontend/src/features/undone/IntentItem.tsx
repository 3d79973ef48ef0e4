import { displayName } from '@/domain/address';
import { DateText } from '@/domain/dates';
import type { OpenIntent } from '@/domain/entities';
import { wishWords } from '@/domain/openIntents';
import { plural } from '@/domain/sizes';
import { selectAccounts, useSelect } from '@/store/hooks';
import { Button } from '@/ui/Button';
import s from './NotDonePage.module.css';

const DATES = new DateText();

type Props = { intent: OpenIntent; onRetry: () => void; onDrop: () => void };

/** One wish: what, with which mail, why not, since when; and what to do about it. */
export function IntentItem({ intent, onRetry, onDrop }: Props) {
  const accounts = useSelect(selectAccounts);
  const account = accounts.size > 1 ? accounts.get(intent.account_id)?.email : undefined;
  const waits = intent.state === 'pending';
  const what = wishWords(intent);
  const about = intent.email_id === null ? '' : `, ${intent.subject || 'No subject'}`;
  const facts = [
    `since ${DATES.header(intent.created_at, new Date()).toLocaleLowerCase()}`,
    intent.attempts > 0 && plural(intent.attempts, 'try', 'tries'),
    waits && nextTry(intent),
    account,
  ].filter(Boolean);
  return (
    <li className={s.item}>
      <div className={s.what}>
        <p className={s.wish}>{what}</p>
        {intent.email_id !== null && (
          <p className={s.about}>
            <bdi>{intent.subject || 'No subject'}</bdi>
            {intent.sender && (
              <span className={s.sender}>
                {' '}
                from <bdi>{displayName(intent.sender)}</bdi>
              </span>
            )}
          </p>
        )}
        {intent.message && <p className={waits ? s.delay : s.reason}>{intent.message}</p>}
        <p className={s.facts}>{facts.join(' · ')}</p>
      </div>
      <div className={s.buttons}>
        <Button onClick={onRetry} aria-label={`${waits ? 'Try now' : 'Try again'}: ${what}${about}`}>
          {waits ? 'Try now' : 'Try again'}
        </Button>
        <Button look="quiet" onClick={onDrop} aria-label={`${waits ? 'Take back' : 'Drop'}: ${what}${about}`}>
          {waits ? 'Take back' : 'Drop'}
        </Button>
      </div>
    </li>
  );
}

function nextTry(intent: OpenIntent): string | false {
  if (intent.next_attempt_at === null || intent.attempts === 0) return false;
  const at = new Date(intent.next_attempt_at);
  return at.getTime() > Date.now() ? `next try at ${DATES.time(at)}` : 'trying now';
}
