/** Whether a link says one place and goes to another. */

// Second-level names under which people register, so that "example.co.uk" is one owner.
const SHARED_SECOND_LEVEL = new Set(['co', 'com', 'org', 'net', 'gov', 'edu', 'ac', 'or', 'ne', 'go']);

/** The part of a host name that one owner controls; close enough without the public suffix list. */
export function registrableDomain(host: string): string {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  const isShared =
    labels.length > 2 && labels.at(-1)?.length === 2 && SHARED_SECOND_LEVEL.has(labels.at(-2) ?? '');
  return labels.slice(isShared ? -3 : -2).join('.');
}

const SHOWN_HOST = /^(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+[\p{L}]{2,})(?:[/:?#]|$)/iu;

/**
 * The host a link's words name, if they differ in owner from where the link goes; else null.
 *
 * Words that are not an address ("click here") promise nothing and never warn.
 */
export function misleadingHost(text: string, href: string): string | null {
  const shown = SHOWN_HOST.exec(text.trim())?.[1];
  if (!shown) return null;
  const target = URL.canParse(href) ? new URL(href) : null;
  if (!target || !/^https?:$/.test(target.protocol)) return null;
  const said = URL.canParse(`https://${shown}`) ? new URL(`https://${shown}`).hostname : shown;
  return registrableDomain(said) === registrableDomain(target.hostname) ? null : shown;
}
