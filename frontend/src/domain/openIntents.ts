/** Wishes that are not done, in words. Pure. */
import type { IntentKind, OpenIntent } from './entities';

const FLAG_WORDS: Record<string, { set: string; clear: string }> = {
  '\\Seen': { set: 'Mark as read', clear: 'Mark as unread' },
  '\\Flagged': { set: 'Add a star', clear: 'Remove the star' },
  $Important: { set: 'Mark as important', clear: 'Mark as not important' },
};

/** What was wanted: "Move to Archive", "Mark as read". */
export function wishWords(intent: OpenIntent): string {
  const to = intent.to_mailbox?.name;
  const folder = intent.mailbox?.name ?? '';
  switch (intent.kind) {
    case 'flags': {
      const set = intent.add_flags.map((flag) => FLAG_WORDS[flag]?.set ?? `Add the label ${flag}`);
      const clear = intent.remove_flags.map((flag) => FLAG_WORDS[flag]?.clear ?? `Remove the label ${flag}`);
      return [...set, ...clear].join(', ');
    }
    case 'move':
      return to ? `Move to ${to}` : 'Move';
    case 'copy':
      return to ? `Copy to ${to}` : 'Copy';
    case 'delete':
      return 'Delete for good';
    case 'append':
      return to ? `Add to ${to}` : 'Add an email';
    case 'create_mailbox':
      return `Create the folder ${intent.new_name ?? folder}`;
    case 'rename_mailbox':
      return `Rename the folder ${folder} to ${intent.new_name ?? ''}`;
    case 'delete_mailbox':
      return `Delete the folder ${folder}`;
    case 'subscribe_mailbox':
      return `Subscribe to the folder ${folder}`;
    case 'unsubscribe_mailbox':
      return `End the subscription of the folder ${folder}`;
  }
}

const GROUPS: readonly { readonly name: string; readonly kinds: readonly IntentKind[] }[] = [
  { name: 'Marks and stars', kinds: ['flags'] },
  { name: 'Moves', kinds: ['move'] },
  { name: 'Copies', kinds: ['copy', 'append'] },
  { name: 'Deletions', kinds: ['delete'] },
  {
    name: 'Folders',
    kinds: ['create_mailbox', 'rename_mailbox', 'delete_mailbox', 'subscribe_mailbox', 'unsubscribe_mailbox'],
  },
];

export type IntentGroup = { readonly name: string; readonly intents: readonly OpenIntent[] };

/** Alike ones together, in a fixed order; groups without wishes are left out. */
export function groupsOf(intents: readonly OpenIntent[]): IntentGroup[] {
  return GROUPS.map(({ name, kinds }) => ({
    name,
    intents: intents.filter((one) => kinds.includes(one.kind)),
  })).filter((group) => group.intents.length > 0);
}

const DONE: Record<string, string> = {
  read: 'Marked as read',
  unread: 'Marked as unread',
  flag: 'Marked as important',
  unflag: 'Marked as not important',
  star: 'Starred',
  unstar: 'Unstarred',
  label: 'Labelled',
  unlabel: 'Label removed',
  move: 'Moved',
  copy: 'Copied',
  archive: 'Archived',
  spam: 'Marked as spam',
  not_spam: 'Marked as not spam',
  delete: 'Deleted',
  retry: 'Tried again',
  'create mailbox': 'Folder created',
  'change mailbox': 'Folder changed',
  'delete mailbox': 'Folder deleted',
};

/** The past of an action's name: "Archived". */
export const actionDone = (action: string): string =>
  DONE[action] ?? (action.startsWith('undo ') ? `Undone: ${actionDone(action.slice(5))}` : action);

/** "Archived: 312 of 1,000 on the mail server" needs both numbers; refused ones count as dealt with. */
export const dealtWith = (operation: { changed: number; pending: number }): number =>
  Math.max(0, operation.changed - operation.pending);
