import { Fragment, useMemo } from 'react';
import { type TextSpan, textBlocks } from '@/domain/plainText';
import { plural } from '@/domain/sizes';
import s from './PlainBody.module.css';

/** Plain text as text nodes: links are made here, quotes fold, nothing is ever parsed as HTML. */
export function PlainBody({ text }: { text: string }) {
  const blocks = useMemo(() => textBlocks(text), [text]);
  if (blocks.length === 0) return <p className={s.empty}>This message has no text.</p>;
  return (
    <div className={s.body} dir="auto">
      {blocks.map((block, index) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks of one text never move
        if (block.kind === 'written') return <Words key={index} spans={block.spans} />;
        const lines = block.spans.reduce((sum, span) => sum + span.text.split('\n').length - 1, 1);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <details key={index} className={s.quote}>
            <summary>{plural(lines, 'quoted line', 'quoted lines')}</summary>
            <Words spans={block.spans} />
          </details>
        );
      })}
    </div>
  );
}

function Words({ spans }: { spans: readonly TextSpan[] }) {
  return (
    <div className={s.words}>
      {spans.map((span, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans of one text never move
        <Fragment key={index}>
          {span.kind === 'text' ? (
            span.text
          ) : (
            <a href={span.href} target="_blank" rel="noopener noreferrer">
              {span.text}
            </a>
          )}
        </Fragment>
      ))}
    </div>
  );
}
