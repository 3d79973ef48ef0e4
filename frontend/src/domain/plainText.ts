/** Plain text as blocks: what was written, and what was quoted from before. */

export type TextSpan = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

export type TextBlock = { kind: 'written' | 'quoted'; spans: readonly TextSpan[] };

// Each alternative starts at the edge of a word and is bounded or eats what it read, so that time
// stays linear whatever a stranger wrote.
const LINK =
  /\bhttps?:\/\/[^\s<>"']+|\bwww\.[^\s<>"']+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/gi;
const SENTENCE_END = '.,;:!?*_~';

/** Split text into plain runs and links (http, https, www., mail addresses). Loses no character. */
export function linkify(text: string): TextSpan[] {
  const spans: TextSpan[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const found = trimLink(match[0]);
    if (match.index > from) spans.push({ kind: 'text', text: text.slice(from, match.index) });
    spans.push({ kind: 'link', text: found, href: hrefOf(found) });
    from = match.index + found.length;
  }
  if (from < text.length) spans.push({ kind: 'text', text: text.slice(from) });
  return spans;
}

/** A URL ends before the punctuation that ends a sentence; a closing bracket stays if it was opened. */
function trimLink(raw: string): string {
  let unopened = raw.split(')').length - raw.split('(').length;
  let end = raw.length;
  for (; end > 0; end--) {
    const last = raw.charAt(end - 1);
    if (last === ')' && unopened > 0) unopened -= 1;
    else if (!SENTENCE_END.includes(last)) break;
  }
  return raw.slice(0, end);
}

function hrefOf(link: string): string {
  if (/^https?:/i.test(link)) return link;
  return link.includes('@') ? `mailto:${link}` : `https://${link}`;
}

const isQuoteLine = (line: string): boolean => /^\s?>/.test(line);
const ATTRIBUTION = /(wrote|schrieb|écrit|escribió|ha scritto|写道)\s*:\s*$/i;

/**
 * Blocks of written and quoted text, in order.
 *
 * A line of attribution ("On Monday Ada wrote:") right before a quote goes with it. If everything
 * is quoted, nothing is folded: the reader must never open a message and see no words.
 */
export function textBlocks(text: string): TextBlock[] {
  const runs: { quoted: boolean; lines: string[] }[] = [];
  for (const line of text.replace(/\r\n?/g, '\n').trimEnd().split('\n')) {
    const quoted = isQuoteLine(line);
    const last = runs.at(-1);
    if (last && (last.quoted === quoted || (last.quoted && line.trim() === ''))) last.lines.push(line);
    else runs.push(quoted ? { quoted, lines: [...takeAttribution(last), line] } : { quoted, lines: [line] });
  }
  const full = runs.filter((run) => run.lines.some((line) => line.trim() !== ''));
  const foldable = full.some((run) => !run.quoted);
  return full.map((run) => ({
    kind: run.quoted && foldable ? 'quoted' : 'written',
    spans: linkify(withoutEdges(run.lines).join('\n')),
  }));
}

/** The lines from the first to the last that has words. */
function withoutEdges(lines: readonly string[]): readonly string[] {
  const hasWords = (line: string): boolean => line.trim() !== '';
  return lines.slice(lines.findIndex(hasWords), lines.findLastIndex(hasWords) + 1);
}

/** Move "… wrote:" (up to two lines of it) from the end of the written run to the quote. */
function takeAttribution(run: { lines: string[] } | undefined): string[] {
  if (!run) return [];
  let last = run.lines.length - 1;
  while (last >= 0 && run.lines[last]?.trim() === '') last -= 1;
  if (last < 0 || !ATTRIBUTION.test(run.lines[last] ?? '')) return [];
  const from = last > 0 && run.lines[last - 1]?.trim() !== '' && last === 1 ? 0 : last;
  return run.lines.splice(from);
}
