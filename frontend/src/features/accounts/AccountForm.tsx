import { useEffect, useId, useState } from 'react';
import type { Account, ConnectionSecurity, ImapSettings } from '@/domain/entities';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import s from './AccountForm.module.css';
import { useAccountForm } from './useAccountForm';

const SECURITIES: readonly { value: ConnectionSecurity; name: string }[] = [
  { value: 'tls', name: 'TLS' },
  { value: 'starttls', name: 'STARTTLS' },
  { value: 'none', name: 'None' },
];

type Props = {
  /** The account to mend, or null for a new one. */
  account: Account | null;
  onSave: (email: string, imap: ImapSettings, signal: AbortSignal) => Promise<void>;
};

/** Address, server, password; the server tests the connection before anything is kept. */
export function AccountForm({ account, onSave }: Props) {
  const form = useAccountForm(account, onSave);
  const { values, failure } = form;
  const field = (name: keyof NonNullable<typeof failure>['fields']) => failure?.fields[name];
  const serverNote = useId();
  const serverError = field('host') ?? field('port') ?? field('security');
  const isSummaryNew = failure !== null && !Object.values(failure.fields).includes(failure.summary);
  return (
    <form className={s.form} onSubmit={(event) => void form.submit(event)} aria-busy={form.isTesting}>
      <TextField
        label="Email address"
        type="email"
        name="email"
        autoComplete="email"
        required
        autoFocus={account === null}
        disabled={account !== null || form.isTesting}
        value={values.email}
        error={field('email')}
        onChange={(event) => form.setEmail(event.target.value)}
      />
      <TextField
        label="Password"
        type="password"
        name="password"
        autoComplete="current-password"
        required
        autoFocus={account !== null}
        disabled={form.isTesting}
        value={values.password}
        error={field('password')}
        hint={form.hint}
        onChange={(event) => form.set('password', event.target.value)}
      />
      <fieldset className={s.server} disabled={form.isTesting}>
        <legend className={s.legend}>Where your mail is</legend>
        <TextField
          label="IMAP server"
          name="host"
          required
          spellCheck={false}
          autoCapitalize="none"
          placeholder="imap.example.org"
          className={s.host}
          value={values.host}
          error={field('host')}
          errorId={serverNote}
          onChange={(event) => form.set('host', event.target.value)}
        />
        <TextField
          label="Port"
          name="port"
          inputMode="numeric"
          pattern="[0-9]{1,5}"
          title="A number from 1 to 65535"
          required
          value={values.port}
          error={field('port')}
          errorId={serverNote}
          onChange={(event) => form.set('port', event.target.value)}
        />
        <SelectField
          label="Security"
          value={values.security}
          options={SECURITIES}
          error={field('security')}
          errorId={serverNote}
          hint={values.security === 'none' ? 'Your password travels in the clear.' : null}
          onChoose={form.setSecurity}
        />
        {serverError && (
          <p id={serverNote} className={s.serverError}>
            {serverError}
          </p>
        )}
        <TextField
          label="User name"
          name="username"
          autoComplete="username"
          required
          spellCheck={false}
          autoCapitalize="none"
          className={s.user}
          value={values.username}
          error={field('username')}
          onChange={(event) => form.set('username', event.target.value)}
        />
      </fieldset>
      <div role="alert">
        {failure && isSummaryNew && (
          <Notice tone="danger" className={s.failure}>
            {failure.summary}
          </Notice>
        )}
        {failure && !isSummaryNew && <span className="visually-hidden">{failure.summary}</span>}
      </div>
      <div className={s.actions}>
        <Button look="primary" type="submit" disabled={form.isTesting}>
          {account ? 'Test and save' : 'Add account'}
        </Button>
        {form.isTesting && (
          <>
            <Button look="quiet" onClick={form.cancel}>
              Cancel
            </Button>
            <Testing host={values.host} port={values.port} />
          </>
        )}
      </div>
    </form>
  );
}

/** Says that the test goes on, and for how long. */
function Testing({ host, port }: { host: string; port: string }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((old) => old + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className={s.testing} role="status">
      {seconds < 5 ? `Connecting to ${host}:${port}` : `Still waiting for ${host}:${port}`}
      {seconds > 1 && <span aria-hidden="true"> ({seconds} s)</span>}
    </p>
  );
}
