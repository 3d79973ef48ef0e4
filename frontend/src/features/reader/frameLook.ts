/**
 * How a message is lit. In dark surroundings: a message that says it supports dark is believed, a
 * simple one takes our ink on our surface, a designed one lies on a light sheet. The message
 * itself is never rewritten.
 */
export type FrameLook = 'plain' | 'own-dark' | 'sheet';

const COLOURED =
  '[bgcolor], [background], [color], [style*="background"], [style*="color"], font[color], style';

/** Whether a sanitised message sets colours of its own. */
export function isDesigned(root: ParentNode): boolean {
  return [...root.querySelectorAll(COLOURED)].some(
    (element) => element.localName !== 'style' || /background|color/i.test(element.textContent ?? ''),
  );
}

/** Whether the message brings rules for dark surroundings. */
export function supportsDark(root: ParentNode): boolean {
  return [...root.querySelectorAll('style')].some((style) =>
    /prefers-color-scheme:\s*dark/i.test(style.textContent ?? ''),
  );
}

export function lookOf(root: ParentNode): FrameLook {
  if (supportsDark(root)) return 'own-dark';
  return isDesigned(root) ? 'sheet' : 'plain';
}

/** Ink and surface of the frame; CSSOM only, the frame's own policy allows inline style. */
export function light(frame: HTMLIFrameElement, page: Document, look: FrameLook, isDark: boolean): void {
  const onDark = isDark && look !== 'sheet';
  const scheme = onDark ? 'dark' : 'light';
  frame.style.colorScheme = scheme;
  const { style } = page.documentElement;
  style.colorScheme = scheme;
  style.background = isDark && look === 'sheet' ? '#ffffff' : 'transparent';
  style.color = onDark ? '#e9e6df' : '#1e2425';
  style.setProperty('--vx-link', onDark ? '#7dc4e0' : '#0f5a7a');
  style.setProperty('--vx-line', onDark ? '#2d3338' : '#ddd8cc');
  page.documentElement.dataset.look = look;
}
