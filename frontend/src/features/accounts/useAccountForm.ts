/** The connection form: its values, its guesses, and the test that the server makes of it. */
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { explain, isAborted, Refused } from '@/api/problem';
import { type AccountField, fieldFor, fieldOf } from '@/domain/accountFields';
import type { Account, ConnectionSecurity, ImapSettings } from '@/domain/entities';
import { guessImap, standardPort } from '@/domain/providers';

export type Values = {
  email: string;
  host: string;
  port: string;
  security: ConnectionSecurity;
  username: string;
  password: string;
};

export type FormFailure = {
  /** For the whole form. */
  readonly summary: string;
  readonly fields: Partial<Record<AccountField, string>>;
};

type Guessed = 'host' | 'port' | 'security' | 'username';

const EMPTY: Values = { email: '', host: '', port: '993', security: 'tls', username: '', password: '' };

const valuesOf = (account: Account): Values => ({
  email: account.email,
  ...account.imap,
  port: String(account.imap.port),
  password: '',
});

/** Fill what the person has not typed from the address. */
function withGuesses(values: Values, touched: ReadonlySet<Guessed>): Values {
  const guess = guessImap(values.email);
  const guesses: Partial<Values> = { username: values.email.trim() };
  if (guess) Object.assign(guesses, { host: guess.host, security: guess.security, port: String(guess.port) });
  const kept = Object.fromEntries([...touched].map((field) => [field, values[field]]));
  return { ...values, ...guesses, ...kept };
}

type Save = (email: string, imap: ImapSettings, signal: AbortSignal) => Promise<void>;

export function useAccountForm(account: Account | null, save: Save) {
  const [values, setValues] = useState<Values>(account ? valuesOf(account) : EMPTY);
  const [touched, setTouched] = useState<ReadonlySet<Guessed>>(new Set());
  const [failure, setFailure] = useState<FormFailure | null>(null);
  const test = useRef<AbortController | null>(null);
  const [isTesting, setTesting] = useState(false);
  useEffect(() => () => test.current?.abort(), []);

  /** A new address brings new guesses for what the person has not typed. */
  const setEmail = (email: string): void => {
    setValues((old) => (account ? { ...old, email } : withGuesses({ ...old, email }, touched)));
  };

  const set = (field: Exclude<keyof Values, 'email' | 'security'>, value: string): void => {
    if (field !== 'password') setTouched((old) => new Set(old).add(field));
    setValues((old) => ({ ...old, [field]: value }));
  };

  /** Another security has another usual port; a port of one's own stays. */
  const setSecurity = (security: ConnectionSecurity): void => {
    setTouched((old) => new Set(old).add('security'));
    setValues((old) => {
      const wasUsual = Number(old.port) === standardPort(old.security);
      return { ...old, security, port: wasUsual ? String(standardPort(security)) : old.port };
    });
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isTesting) return;
    const { email, host, security, username, password } = values;
    const imap = { host: host.trim(), port: Number(values.port), security, username, password };
    const running = new AbortController();
    test.current = running;
    setTesting(true);
    setFailure(null);
    try {
      await save(email.trim(), imap, running.signal);
    } catch (error) {
      if (!isAborted(error)) setFailure(failureOf(error));
    } finally {
      setTesting(false);
    }
  };

  return {
    values,
    failure,
    isTesting,
    hint: guessImap(values.email)?.hint ?? null,
    setEmail,
    set,
    setSecurity,
    submit,
    cancel: () => test.current?.abort(),
  };
}

/** Put the server's sentence, which says what to do, beside the field it is about. */
function failureOf(error: unknown): FormFailure {
  if (!(error instanceof Refused)) return { summary: explain(error), fields: {} };
  const fields: Partial<Record<AccountField, string>> = {};
  for (const { field, message } of error.fields) {
    const known = fieldOf(field);
    if (known) fields[known] = message;
  }
  const field = fieldFor(error.code);
  if (field) fields[field] = error.detail;
  return { summary: error.detail, fields };
}
