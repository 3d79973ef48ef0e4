import { describe, expect, test } from 'vitest';
import { COMMANDS, type KeyPress, readKey } from './commands';

const press = (key: string, part: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...part,
});

/** Type keys one after the other; the commands they gave. */
function typed(...keys: string[]): (string | null)[] {
  let pending = '';
  return keys.map((key) => {
    const outcome = readKey(pending, press(key));
    pending = outcome.pending;
    return outcome.command;
  });
}

describe('keys', () => {
  test('every key of the table gives its command', () => {
    for (const command of COMMANDS) {
      for (const keys of command.keys) expect(typed(...keys.split(' ')).at(-1)).toBe(command.id);
    }
  });

  test('no key means two commands, and none hides a sequence', () => {
    const keys: string[] = COMMANDS.flatMap((command) => [...command.keys]);
    expect(new Set(keys).size).toBe(keys.length);
    const firsts = keys.filter((key) => key.includes(' ')).map((key) => key.split(' ')[0]);
    for (const first of firsts) expect(keys).not.toContain(first);
  });

  test('a sequence that breaks off starts afresh', () => {
    expect(typed('g', 'j')).toEqual([null, 'next']);
    expect(typed('g', 'g', 'i')).toEqual([null, null, 'go-inbox']);
    expect(typed('g', 'y', 'i')).toEqual([null, null, null]);
  });

  test('shift matters', () => {
    expect(typed('I', 'i', 'U', 'u')).toEqual(['mark-read', null, 'mark-unread', 'back']);
  });

  test('keys with ctrl, meta or alt belong to the browser and keep a sequence alive', () => {
    for (const modifier of ['ctrlKey', 'metaKey', 'altKey'] as const) {
      expect(readKey('', press('j', { [modifier]: true }))).toEqual({ pending: '', command: null });
      expect(readKey('g', press('j', { [modifier]: true })).pending).toBe('g');
    }
  });
});
