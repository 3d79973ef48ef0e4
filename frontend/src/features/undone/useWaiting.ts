/** Wishes on their way, looked at again while the page is open and some are there. */
import { useCallback, useEffect, useState } from 'react';
import { getWaiting } from '@/api/calls';
import type { List, OpenIntent } from '@/domain/entities';

const AGAIN_MS = 3_000;
const NONE: List<OpenIntent> = { items: [], next_cursor: null, total: 0 };

export function useWaiting(): { waiting: List<OpenIntent>; look: () => void } {
  const [waiting, setWaiting] = useState(NONE);
  const look = useCallback(() => {
    // A failure leaves what is shown; the next look comes by itself.
    getWaiting().then(setWaiting, () => undefined);
  }, []);
  useEffect(() => {
    look();
    const timer = setInterval(look, AGAIN_MS);
    return () => clearInterval(timer);
  }, [look]);
  return { waiting, look };
}
