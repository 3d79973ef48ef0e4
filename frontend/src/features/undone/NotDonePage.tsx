import type { OpenIntent } from '@/domain/entities';
import { groupsOf } from '@/domain/openIntents';
import { countText } from '@/domain/sizes';
import { useIntents } from '@/intents/hooks';
import { useSelect } from '@/store/hooks';
import { Button } from '@/ui/Button';
import { PlainPage } from '@/ui/PlainPage';
import { IntentItem } from './IntentItem';
import s from './NotDonePage.module.css';
import { RecentActions } from './RecentActions';
import { useWaiting } from './useWaiting';

/** What was wanted and did not happen on the mail server, why, and what to do about it. */
export function NotDonePage() {
  const givenUp = useSelect((state) => state.facts.givenUp);
  const { waiting, look } = useWaiting();
  const { reconsider } = useIntents();
  const more = givenUp.total - givenUp.items.length;
  const after = (decision: Promise<void>): void => void decision.then(look);
  return (
    <PlainPage title="Not done yet" shape="list">
      <p className={s.words} role="status">
        {givenUp.total === 0
          ? 'Everything you wanted has reached your mail server, or is on its way.'
          : 'Your mail server did not do what is listed here. What you see elsewhere is how it is there.'}
      </p>
      {groupsOf(givenUp.items).map((group) => (
        <section key={group.name} className={s.group} aria-label={group.name}>
          <header className={s.groupHead}>
            <h2 className={s.groupName}>
              {group.name} <span className={s.count}>{countText(group.intents.length)}</span>
            </h2>
            {group.intents.length > 1 && (
              <>
                <Button look="quiet" onClick={() => after(reconsider.retry(group.intents))}>
                  Try all again
                </Button>
                <Button look="quiet" onClick={() => after(reconsider.drop(group.intents))}>
                  Drop all
                </Button>
              </>
            )}
          </header>
          <ul>
            {group.intents.map((intent) => (
              <IntentItem
                key={intent.id}
                intent={intent}
                onRetry={() => after(reconsider.retry([intent]))}
                onDrop={() => after(reconsider.drop([intent]))}
              />
            ))}
          </ul>
        </section>
      ))}
      {more > 0 && <p className={s.words}>And {countText(more)} older ones, shown when these are gone.</p>}
      <Waiting
        intents={waiting.items}
        total={waiting.total ?? waiting.items.length}
        onRetry={(intent) => after(reconsider.retry([intent]))}
        onDrop={(intent) => after(reconsider.drop([intent]))}
      />
      <RecentActions />
    </PlainPage>
  );
}

type WaitingProps = {
  intents: readonly OpenIntent[];
  total: number;
  onRetry: (intent: OpenIntent) => void;
  onDrop: (intent: OpenIntent) => void;
};

/** Wishes that are shown already and have not reached the mail server. */
function Waiting({ intents, total, onRetry, onDrop }: WaitingProps) {
  if (intents.length === 0) return null;
  return (
    <section className={s.group} aria-label="On their way">
      <header className={s.groupHead}>
        <h2 className={s.groupName}>
          On their way <span className={s.count}>{countText(total)}</span>
        </h2>
      </header>
      <ul>
        {intents.map((intent) => (
          <IntentItem
            key={intent.id}
            intent={intent}
            onRetry={() => onRetry(intent)}
            onDrop={() => onDrop(intent)}
          />
        ))}
      </ul>
    </section>
  );
}
