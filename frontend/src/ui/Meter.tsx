import s from './Meter.module.css';

/** How much of something is done, as a line. */
export function Meter({ label, value, max }: { label: string; value: number; max: number }) {
  return <progress className={s.meter} value={value} max={Math.max(1, max)} aria-label={label} />;
}
