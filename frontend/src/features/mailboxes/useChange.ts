import { useState } from 'react';
import { explain } from '@/api/problem';

/** Carries a change out: waits, closes on success, keeps the reason of a refusal. */
export function useChange(onClose: () => void) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const carryOut = async (change: Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await change;
      onClose();
    } catch (error) {
      setFailure(explain(error));
      setBusy(false);
    }
  };
  return { isBusy, failure, setFailure, carryOut };
}
