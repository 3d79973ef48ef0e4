import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { EmailSummary, MailboxId } from '@/domain/entities';
import { placesFor, placesNamed } from '@/domain/filing';
import { useSelect } from '@/store/hooks';
import { classes } from '@/ui/classes';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import s from './Filing.module.css';

type Props = {
  /** Of one account. */
  emails: readonly EmailSummary[];
  /** Where the messages lie now; it is not offered. */
  from: MailboxId;
  onChoose: (to: MailboxId) => void;
  onClose: () => void;
};

/** Chooses a mailbox by typing a part of its name (WAI-ARIA combobox: arrows and Enter choose). */
export function MoveDialog({ emails, from, onChoose, onClose }: Props) {
  const mailboxes = useSelect((state) => state.facts.mailboxes);
  const account = emails[0]?.account_id ?? '';
  const all = useMemo(() => placesFor(mailboxes ?? new Map(), account, from), [mailboxes, account, from]);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const places = placesNamed(all, typed);
  const active = Math.min(chosen, places.length - 1);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  // biome-ignore lint/correctness/useExhaustiveDependencies: another option is active
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, typed]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step: number | undefined = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const place = places[active];
    if (step !== undefined) setChosen(Math.max(0, Math.min(places.length - 1, active + step)));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing && place) onChoose(place.id);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog title={emails.length > 1 ? `Move ${emails.length} messages to` : 'Move to'} onClose={onClose}>
      <TextField
        label="Mailbox"
        value={typed}
        autoComplete="off"
        spellCheck={false}
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={places[active] && `${id}-${active}`}
        data-first=""
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={id} role="listbox" tabIndex={-1} aria-label="Mailboxes" className={s.places}>
        {places.map((place, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys belong to the field, which keeps the focus
          <div
            key={place.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={classes(s.place, index === active && s.active)}
            onClick={() => onChoose(place.id)}
          >
            <bdi>{place.name}</bdi>
          </div>
        ))}
      </div>
      {places.length === 0 && <p role="status">No mailbox has this name.</p>}
    </Dialog>
  );
}
