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

/** Laid over the shell's own style once: links, quotes and blocked pictures in our colours. */
export const FRAME_STYLE = `
  body { font: 15px/24px system-ui, sans-serif; overflow-wrap: anywhere; }
  #vx { overflow-x: auto; }
  [data-sheet] #vx { padding: 16px; box-sizing: border-box; }
  #vx > :first-child { margin-top: 0; }
  #vx > :last-child { margin-bottom: 0; }
  a { color: var(--vx-link); }
  blockquote { margin-inline: 0; padding-inline-start: 12px; border-inline-start: 2px solid var(--vx-line); }
  img[data-blocked="picture"] {
    box-sizing: border-box; min-width: 32px; min-height: 32px;
    border: 1px dashed #8888; border-radius: 4px; background: #8881;
  }
  hr { border: 0; border-top: 1px solid var(--vx-line); }
  summary { cursor: pointer; }
  :focus-visible { outline: 2px solid var(--vx-link); outline-offset: 2px; }
`;

/** Ink and surface of the frame; CSSOM only, the frame's own policy allows inline style. */
export function light(frame: HTMLIFrameElement, page: Document, look: FrameLook, isDark: boolean): void {
  const onDark = isDark && look !== 'sheet';
  const scheme = onDark ? 'dark' : 'light';
  frame.style.colorScheme = scheme;
  const { style } = page.documentElement;
  style.colorScheme = scheme;
  const isSheet = isDark && look === 'sheet';
  style.background = isSheet ? '#ffffff' : 'transparent';
  style.color = onDark ? '#e9e6df' : '#1e2425';
  style.setProperty('--vx-link', onDark ? '#7dc4e0' : '#0f5a7a');
  style.setProperty('--vx-line', onDark ? '#2d3338' : '#ddd8cc');
  page.documentElement.toggleAttribute('data-sheet', isSheet);
}
