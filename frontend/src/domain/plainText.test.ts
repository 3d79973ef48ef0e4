import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkify, textBlocks } from './plainText';

const links = (text: string): string[] =>
  linkify(text).flatMap((span) => (span.kind === 'link' ? [span.href] : []));

describe('links in plain text', () => {
  test.each([
    ['see https://a.example/x.', ['https://a.example/x']],
    ['(https://a.example/x)', ['https://a.example/x']],
    ['https://a.example/wiki/V_(letter)', ['https://a.example/wiki/V_(letter)']],
    ['www.a.example, please', ['https://www.a.example']],
    ['<https://a.example/?q=1&r=2>', ['https://a.example/?q=1&r=2']],
    ['write to ada@a.example!', ['mailto:ada@a.example']],
    ['javascript:alert(1) data:text/html,x file:///etc', []],
    ['no links, 3.5 and a.b', []],
  ])('%s', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });

  test('only safe schemes ever come out, and no character is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.webUrl(), (words, url) => {
        const text = `${words} ${url} ${words}`;
        const spans = linkify(text);
        expect(spans.map((span) => span.text).join('')).toBe(text);
        for (const span of spans) {
          if (span.kind === 'link') expect(span.href).toMatch(/^(https?:\/\/|mailto:)/i);
        }
      }),
    );
  });

  test('a very long line takes no long time', () => {
    const start = performance.now();
    linkify('a.'.repeat(50_000));
    linkify('www.'.repeat(20_000));
    linkify(`https://a.example/${')'.repeat(50_000)} ${'.'.repeat(50_000)}x`);
    textBlocks(`${' '.repeat(50_000)}x${'\n'.repeat(50_000)}x`);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('blocks of plain text', () => {
  const kinds = (text: string) => textBlocks(text).map((block) => block.kind);
  const words = (text: string) =>
    textBlocks(text).map((block) => block.spans.map((span) => span.text).join(''));

  test('an answer over a quote folds the quote with its attribution', () => {
    const text = 'Yes.\n\nOn Thu, Grace wrote:\n> Shall we?\n> Grace\n';
    expect(kinds(text)).toEqual(['written', 'quoted']);
    expect(words(text)).toEqual(['Yes.', 'On Thu, Grace wrote:\n> Shall we?\n> Grace']);
  });

  test('answers between quotes stay in sight', () => {
    expect(kinds('> one\nyes\n> two\nno')).toEqual(['quoted', 'written', 'quoted', 'written']);
  });

  test('a message that is all quote is not folded', () => {
    expect(kinds('> one\n> two')).toEqual(['written']);
  });

  test('an empty message has no blocks', () => {
    expect(textBlocks(' \r\n \n')).toEqual([]);
  });
});
