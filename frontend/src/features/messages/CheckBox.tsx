import { Check, Minus } from 'lucide-react';
import s from './CheckBox.module.css';

type Props = {
  label: string;
  state: 'true' | 'false' | 'mixed';
  /** In a row it is none: the row's key does the same. */
  isTabStop?: boolean;
  onPress: (event: { shiftKey: boolean }) => void;
};

/** A box to tick, as large as an avatar to the finger. */
export function CheckBox({ label, state, isTabStop = false, onPress }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a native box can neither be mixed nor know of shift
    <button
      type="button"
      role="checkbox"
      aria-checked={state}
      aria-label={label}
      title={label}
      tabIndex={isTabStop ? 0 : -1}
      className={s.box}
      onClick={(event) => {
        event.stopPropagation();
        onPress(event);
      }}
    >
      <span className={s.square} aria-hidden="true">
        {state === 'true' && <Check size={14} strokeWidth={3} />}
        {state === 'mixed' && <Minus size={14} strokeWidth={3} />}
      </span>
    </button>
  );
}
