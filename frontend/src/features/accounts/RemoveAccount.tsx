import { useState } from 'react';
import { explain } from '@/api/problem';
import type { Account } from '@/domain/entities';
import { useIntents } from '@/intents/hooks';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Notice } from '@/ui/Notice';
import s from './RemoveAccount.module.css';

/** Takes an account out of VexMail, after saying what that means. */
export function RemoveAccount({ account, onDone }: { account: Account; onDone: () => void }) {
  const { accounts } = useIntents();
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const remove = (): void => {
    accounts.remove(account.id).then(onDone, (error: unknown) => setFailure(explain(error)));
  };
  return (
    <section className={s.section}>
      <Button look="danger" onClick={() => setAsking(true)}>
        Remove this account
      </Button>
      {isAsking && (
        <Dialog title="Remove this account?" onClose={() => setAsking(false)}>
          <p>
            VexMail forgets <strong>{account.email}</strong> and its copy of the mail. Nothing is deleted on
            the mail server.
          </p>
          {failure && <Notice tone="danger">{failure}</Notice>}
          <div className={s.actions}>
            <Button look="danger" onClick={remove}>
              Remove
            </Button>
            <Button data-first="" onClick={() => setAsking(false)}>
              Keep it
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
