import { Image, MailOpen } from 'lucide-react';
import { COMMANDS } from '@/domain/commands';
import type { EmailDetail, EmailId } from '@/domain/entities';
import { plural } from '@/domain/sizes';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import s from './BodyStates.module.css';

/** What stands above the body: blocked images. */
export function Banners({ detail }: { detail: EmailDetail }) {
  if (detail.remote_images === 0) return null;
  const blocked = plural(detail.remote_images, 'remote image is', 'remote images are');
  return (
    <p className={s.blocked}>
      <Image size={16} aria-hidden="true" />
      {blocked} blocked, so the sender does not learn that you opened this.
    </p>
  );
}

export function LoadingBody() {
  return (
    <div className={s.loading} role="status" aria-label="Loading message">
      {[92, 98, 87, 0, 95, 64].map((width, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fixed bars
        <span key={line} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

export function FailedBody({ reason, onRetry }: { reason: string; onRetry: () => void }) {
  return (
    <Notice
      tone="danger"
      className={s.failed}
      action={
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      }
    >
      The text of this message could not be fetched. {reason} Nothing is lost: it is still on the mail server.
    </Notice>
  );
}

/** A message without any body we can show. */
export function NoBody({ detail }: { detail: EmailDetail }) {
  return (
    <p className={s.none}>
      {detail.body_state === 'unreadable'
        ? 'This message is damaged and could not be read. '
        : 'This message has no text. '}
      <a href={detail.raw_url} target="_blank" rel="noopener noreferrer">
        See the original
      </a>
    </p>
  );
}

const SHOWN_KEYS = ['next', 'previous', 'open', 'star', 'help'];

type NothingProps = { emailId: EmailId | null; failure: string | null; onBack: () => void };

/** The reader without a message: what the keys do, or why there is none. */
export function NothingOpen({ emailId, failure, onBack }: NothingProps) {
  if (emailId !== null && failure === null) return <div className={s.nothing} />;
  if (emailId !== null) {
    return (
      <div className={s.nothing}>
        <p className={s.lead}>This message cannot be shown</p>
        <p className={s.hint}>{failure}</p>
        <Button onClick={onBack}>Back to the list</Button>
      </div>
    );
  }
  return (
    <div className={s.nothing}>
      <MailOpen size={32} strokeWidth={1.25} aria-hidden="true" className={s.open} />
      <p className={s.hint}>Choose a message to read it here</p>
      <dl className={s.keys}>
        {COMMANDS.filter((command) => SHOWN_KEYS.includes(command.id)).map((command) => (
          <div key={command.id}>
            <dt>
              <kbd>{command.keys[0]}</kbd>
            </dt>
            <dd>{command.title}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
