/** People as they appear in a list: a name, initials, one of twelve hues. */
import type { Address } from './entities';

const HUES = 12;

/** The name, else the address, else a plain word: never an empty string. */
export function displayName(address: Address | null): string {
  return address?.name.trim() || address?.address || 'Unknown sender';
}

/** The name people say: "Ada" of "Ada Lovelace", "Lovelace, Ada" kept whole. */
export function shortName(address: Address): string {
  const name = address.name.trim();
  if (!name) return address.address;
  return name.includes(',') ? name : (name.split(/\s+/)[0] ?? name);
}

/** One or two letters for the avatar; by grapheme, so that no script is cut in half. */
export function initials(address: Address | null): string {
  const words = displayName(address)
    .replace(/@.*$/, '')
    .split(/[\s._,-]+/)
    .map((word) => word.match(/[\p{L}\p{N}]\p{M}*/u)?.[0] ?? '')
    .filter(Boolean);
  const first = words[0] ?? '?';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return (first + last).toLocaleUpperCase();
}

/** 0..11, the same for the same address everywhere. */
export function hue(address: Address | null): number {
  let hash = 0;
  for (const letter of (address?.address ?? '').toLowerCase()) {
    hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  }
  return hash % HUES;
}

/** "me, Linus, Grace": recipients in short, with the person's own addresses as "me". */
export function recipientLine(to: readonly Address[], own: ReadonlySet<string>): string {
  if (to.length === 0) return 'undisclosed recipients';
  const names = to.map((one) => (own.has(one.address.toLowerCase()) ? 'me' : shortName(one)));
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
