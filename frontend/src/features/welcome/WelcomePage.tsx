import { type ReactNode, useEffect, useState } from 'react';
import { signIn } from '@/api/calls';
import { explain, Refused } from '@/api/problem';
import { Button } from '@/ui/Button';
import { Mark } from '@/ui/Mark';
import s from './WelcomePage.module.css';

function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={s.page}>
      <div className={s.column}>
        <p className={s.brand}>
          <Mark size={28} />
          VexMail
        </p>
        <h1 className={s.lead}>{title}</h1>
        {children}
      </div>
    </main>
  );
}

/** Ways to get a new link; the server's owner has a terminal. */
function HowToGetALink() {
  return (
    <ul className={s.ways}>
      <li>
        On your own machine: start VexMail again with <code>make run</code>. The link is in the line it
        prints.
      </li>
      <li>
        On a server: run <code>vexmail login-link</code> there.
      </li>
    </ul>
  );
}

/** Nobody is signed in here. */
export function SignedOutPage() {
  return (
    <Frame title="You are signed out">
      <p className={s.words}>VexMail signs you in with a link that works once. To get one:</p>
      <HowToGetALink />
    </Frame>
  );
}

type State = { kind: 'signing-in' } | { kind: 'failed'; words: string; isLink: boolean };

/**
 * Signs in with the one-time token of the address' fragment, which no server ever sees in a log.
 *
 * On success the page is loaded anew, so that it comes with the first list in it.
 */
export function WelcomePage() {
  const [token] = useState(() => decodeURIComponent(location.hash.slice(1)));
  const [state, setState] = useState<State>({ kind: 'signing-in' });
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt signs in again
  useEffect(() => {
    if (!token) return;
    history.replaceState(null, '', '/welcome'); // the token does not stay in the address bar
    let isCurrent = true;
    signIn(token).then(
      () => location.replace('/'),
      (error: unknown) => {
        const isLink = error instanceof Refused && error.code === 'link_invalid';
        if (isCurrent) setState({ kind: 'failed', words: explain(error), isLink });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [token, attempt]);

  if (!token) return <SignedOutPage />;
  if (state.kind === 'signing-in') {
    return (
      <Frame title="Signing you in">
        <p className={s.words} role="status">
          One moment.
        </p>
      </Frame>
    );
  }
  if (state.isLink) {
    return (
      <Frame title="This link no longer works">
        <p className={s.words}>Each link works once and for a short time. To get a new one:</p>
        <HowToGetALink />
      </Frame>
    );
  }
  const again = (): void => {
    setState({ kind: 'signing-in' });
    setAttempt(attempt + 1);
  };
  return (
    <Frame title="Signing in was not possible">
      <p className={s.words} role="alert">
        {state.words}
      </p>
      <Button look="primary" onClick={again}>
        Try again
      </Button>
    </Frame>
  );
}
