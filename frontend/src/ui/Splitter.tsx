import type { KeyboardEvent, PointerEvent } from 'react';
import s from './Splitter.module.css';

const STEP_PX = 24;

type Props = {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
};

/** A movable edge between two panes: drag it, or use the arrow keys. */
export function Splitter({ label, value, min, max, onChange }: Props) {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onChange(value + step);
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    const handle = event.currentTarget;
    const offset = event.clientX - value;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent): void => onChange(moved.clientX - offset);
    const end = (): void => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('lostpointercapture', end);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', end);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a focusable separator is a widget, an <hr> is not
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      className={s.splitter}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
    />
  );
}
