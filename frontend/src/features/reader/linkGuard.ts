/** Stops a click on a link that says one place and goes to another, so that the app can ask. */
import { misleadingHost } from '@/domain/linkVerdict';

export type DoubtfulLink = { readonly shown: string; readonly href: string };

/** Listens inside the frame; its elements belong to another realm, so they are asked by shape. */
export function onFrameClick(event: MouseEvent, onDoubt: (link: DoubtfulLink) => void): void {
  const target = event.target as Partial<Element> | null;
  const link = target?.closest?.('a[href]') as HTMLAnchorElement | null | undefined;
  if (!link) return;
  const href = link.getAttribute('href') ?? '';
  if (href.startsWith('#')) return;
  // Said again here although the sanitiser says it: no opener, no referrer, never in this frame.
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  const shown = misleadingHost(link.textContent ?? '', href);
  if (shown === null) return;
  event.preventDefault();
  onDoubt({ shown, href });
}
