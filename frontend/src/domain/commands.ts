/** What can be done, and the keys for it: one table feeds the keyboard, the tooltips and the help. */

export const COMMANDS = [
  { id: 'next', title: 'Next message', group: 'Move', keys: ['j'] },
  { id: 'previous', title: 'Previous message', group: 'Move', keys: ['k'] },
  { id: 'open', title: 'Open message', group: 'Move', keys: ['Enter', 'o'] },
  { id: 'back', title: 'Back to the list', group: 'Move', keys: ['u', 'Escape'] },
  { id: 'go-inbox', title: 'Go to the inbox', group: 'Move', keys: ['g i'] },
  { id: 'select', title: 'Choose the message, or no longer', group: 'Choose', keys: ['x'] },
  { id: 'select-range', title: 'Choose everything up to here', group: 'Choose', keys: ['X'] },
  { id: 'select-all', title: 'Choose all that is loaded', group: 'Choose', keys: ['* a'] },
  { id: 'select-none', title: 'Choose nothing', group: 'Choose', keys: ['* n'] },
  { id: 'star', title: 'Star or unstar', group: 'Message', keys: ['s'] },
  { id: 'mark-read', title: 'Mark as read', group: 'Message', keys: ['I'] },
  { id: 'mark-unread', title: 'Mark as unread', group: 'Message', keys: ['U'] },
  { id: 'archive', title: 'Archive', group: 'Message', keys: ['e'] },
  { id: 'delete', title: 'Delete', group: 'Message', keys: ['#', 'Delete'] },
  { id: 'spam', title: 'Spam or not spam', group: 'Message', keys: ['!'] },
  { id: 'move', title: 'Move to a mailbox', group: 'Message', keys: ['v'] },
  { id: 'undo', title: 'Undo the last act', group: 'Message', keys: ['z'] },
  { id: 'new-folder', title: 'New folder', group: 'Folders', keys: ['g n'] },
  { id: 'folder-menu', title: 'Actions for the open folder', group: 'Folders', keys: ['.'] },
  { id: 'help', title: 'Show the keys', group: 'VexMail', keys: ['?'] },
] as const satisfies readonly { id: string; title: string; group: string; keys: readonly string[] }[];

export type CommandId = (typeof COMMANDS)[number]['id'];

/** One key press, free of the browser's types; `key` is the letter it makes, so shift+i is "I". */
export type KeyPress = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean };

/** `pending` is what was typed of a sequence such as "g i". */
export type KeyOutcome = { pending: string; command: CommandId | null };

/**
 * Read one key press after what was typed before.
 *
 * A key that does not continue a sequence starts afresh. Keys with ctrl, meta or alt belong to
 * the browser and change nothing.
 */
export function readKey(pending: string, press: KeyPress): KeyOutcome {
  if (press.ctrlKey || press.metaKey || press.altKey) return { pending, command: null };
  const typed = pending ? `${pending} ${press.key}` : press.key;
  return match(typed) ?? match(press.key) ?? { pending: '', command: null };
}

function match(typed: string): KeyOutcome | null {
  for (const command of COMMANDS) {
    const keys: readonly string[] = command.keys;
    if (keys.includes(typed)) return { pending: '', command: command.id };
    if (keys.some((key) => key.startsWith(`${typed} `))) return { pending: typed, command: null };
  }
  return null;
}

/** The first key of a command as people read it, for tooltips. */
export function keyLabel(id: CommandId): string {
  return COMMANDS.find((command) => command.id === id)?.keys[0] ?? '';
}
