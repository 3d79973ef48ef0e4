import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import s from './LinkQuestion.module.css';
import type { DoubtfulLink } from './linkGuard';

/** Asks before following a link whose words name another place. */
export function LinkQuestion({ link, onClose }: { link: DoubtfulLink; onClose: () => void }) {
  const target = URL.canParse(link.href) ? new URL(link.href).hostname : link.href;
  const open = (): void => {
    window.open(link.href, '_blank', 'noopener,noreferrer');
    onClose();
  };
  return (
    <Dialog title="This link is not what it says" onClose={onClose}>
      <dl className={s.pair}>
        <dt>It says</dt>
        <dd>
          <bdi>{link.shown}</bdi>
        </dd>
        <dt>It goes to</dt>
        <dd>
          <bdi>{target}</bdi>
        </dd>
      </dl>
      <p className={s.whole}>{link.href}</p>
      <p className={s.advice}>
        If you did not expect this, do not go on: messages that steal passwords do this.
      </p>
      <div className={s.actions}>
        <Button look="primary" data-first="" onClick={onClose}>
          Stay here
        </Button>
        <Button look="danger" onClick={open}>
          Open {target}
        </Button>
      </div>
    </Dialog>
  );
}
