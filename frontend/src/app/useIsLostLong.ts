import { useEffect, useState } from 'react';
import type { Connection } from '@/store/store';

const PATIENCE_MS = 10_000;

/** Whether the connection has been lost for so long that it should be said. */
export function useIsLostLong(connection: Connection): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (connection.state !== 'lost') return;
    const wait = Math.max(0, connection.since + PATIENCE_MS - Date.now());
    const timer = setTimeout(() => setLong(true), wait);
    return () => clearTimeout(timer);
  }, [connection]);
  return isLong;
}
