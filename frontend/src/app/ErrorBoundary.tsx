import { Component, type ReactNode } from 'react';
import { Button } from '@/ui/Button';
import s from './ErrorBoundary.module.css';

type State = { error: Error | null };

/** A defect of ours: says what is safe, and offers a way on. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className={s.page} role="alert">
        <h1 className={s.lead}>VexMail stumbled</h1>
        <p>This is a defect of ours. Your mail is safe on the server; nothing you did is lost.</p>
        <pre className={s.details}>{error.stack ?? error.message}</pre>
        <Button look="primary" onClick={() => location.assign('/')}>
          Start again
        </Button>
      </main>
    );
  }
}
