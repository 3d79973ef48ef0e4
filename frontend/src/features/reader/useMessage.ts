/** Loading the open message, and noting that it was seen. */
import { useCallback, useEffect, useState } from 'react';
import { explain } from '@/api/problem';
import type { EmailId } from '@/domain/entities';
import { useIntents } from '@/intents/hooks';
import { useStore } from '@/store/hooks';
import { useSync } from '@/sync/hooks';

const SEEN_MS = 250; // shown this long counts as seen: not while keys fly past

/**
 * Loads the message unless it is here; again when it is forgotten (a reset, a deletion).
 *
 * @returns why the message is not here, if it is not; and a way to try again.
 */
export function useMessage(
  id: EmailId | null,
  isHere: boolean,
): { failure: string | null; retry: () => void } {
  const { messages } = useSync();
  const [failed, setFailed] = useState<{ id: EmailId; reason: string } | null>(null);
  const load = useCallback(() => {
    if (id === null) return;
    setFailed(null);
    messages.load(id).catch((error: unknown) => setFailed({ id, reason: explain(error) }));
  }, [id, messages]);
  useEffect(() => {
    if (!isHere) load();
  }, [isHere, load]);
  return { failure: failed?.id === id ? failed.reason : null, retry: load };
}

/** Mark the message as read once it has been on screen; once, so that "mark as unread" stays. */
export function useMarkSeen(id: EmailId | null, isShown: boolean): void {
  const store = useStore();
  const { flags } = useIntents();
  useEffect(() => {
    if (id === null || !isShown) return;
    const timer = setTimeout(() => {
      if (store.get().facts.emails.get(id)?.is_read === false) flags.setRead(id, true);
    }, SEEN_MS);
    return () => clearTimeout(timer);
  }, [id, isShown, store, flags]);
}
