import { useEffect, useState } from 'react';

const REST_MS = 1_200; // the first screen is drawn and listens by then

/** False at first, so that the start is not held up; true once it is needed, or after a rest. */
export function useWarm(isNeeded: boolean): boolean {
  const [isRested, setRested] = useState(false);
  const isWarm = isNeeded || isRested;
  useEffect(() => {
    if (isWarm) {
      setRested(true);
      return;
    }
    const timer = setTimeout(() => setRested(true), REST_MS);
    return () => clearTimeout(timer);
  }, [isWarm]);
  return isWarm;
}
