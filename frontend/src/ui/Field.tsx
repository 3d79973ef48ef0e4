import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { classes } from './classes';
import s from './Field.module.css';

type Props = {
  label: string;
  /** What is wrong with the value; announced with the field. */
  error?: string | null | undefined;
  hint?: ReactNode;
  /** The error stands elsewhere, in the element of this id: for fields too narrow for a sentence. */
  errorId?: string;
  className?: string | undefined;
};

type InputProps = Props & Omit<InputHTMLAttributes<HTMLInputElement>, 'className'>;

/** A labelled input with its hint and its error beside it. */
export function TextField({ label, error, hint, errorId, className, ...input }: InputProps) {
  const id = useId();
  return (
    <div className={classes(s.field, className)}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        className={s.input}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, errorId, error, hint)}
      />
      <Note id={`${id}-note`} error={errorId ? null : error} hint={hint} />
    </div>
  );
}

type SelectProps<Value extends string> = Props & {
  value: Value;
  options: readonly { value: Value; name: string }[];
  onChoose: (value: Value) => void;
};

/** A labelled choice of a few values. */
export function SelectField<Value extends string>(props: SelectProps<Value>) {
  const { label, error, hint, errorId, className, value, options, onChoose } = props;
  const id = useId();
  return (
    <div className={classes(s.field, className)}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={s.input}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, errorId, error, hint)}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen) onChoose(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
      <Note id={`${id}-note`} error={errorId ? null : error} hint={hint} />
    </div>
  );
}

function describedBy(id: string, errorId: string | undefined, error: Props['error'], hint: ReactNode) {
  if (error && errorId) return errorId;
  return error || hint ? `${id}-note` : undefined;
}

function Note({ id, error, hint }: { id: string; error?: string | null | undefined; hint?: ReactNode }) {
  if (!error && !hint) return null;
  return (
    <div id={id} className={s.note}>
      {error && <p className={s.error}>{error}</p>}
      {hint && <p>{hint}</p>}
    </div>
  );
}
