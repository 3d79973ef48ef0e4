import { useState } from 'react';
import { displayName, recipientLine } from '@/domain/address';
import type { DateText } from '@/domain/dates';
import type { Address, EmailDetail, EmailSummary } from '@/domain/entities';
import { sizeText } from '@/domain/sizes';
import { Avatar } from '@/ui/Avatar';
import s from './MessageHeader.module.css';

type Props = {
  email: EmailSummary;
  detail: EmailDetail | undefined;
  dates: DateText;
  now: Date;
  own: ReadonlySet<string>;
};

/** Who wrote to whom and when; everything else behind "Details". */
export function MessageHeader({ email, detail, dates, now, own }: Props) {
  const [isOpen, setOpen] = useState(false);
  const { from } = email;
  return (
    <div className={s.header}>
      <Avatar of={from} large />
      <div className={s.people}>
        <div className={s.line}>
          <bdi className={s.name}>{displayName(from)}</bdi>
          {from?.name && <bdi className={s.address}>{from.address}</bdi>}
          <time className={s.date} dateTime={email.date} title={dates.full(email.date)}>
            {dates.header(email.date, now)}
          </time>
        </div>
        <div className={s.line}>
          <span className={s.to}>to {recipientLine([...email.to, ...(detail?.cc ?? [])], own)}</span>
          {detail && (
            <button
              type="button"
              className={s.toggle}
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? 'Hide details' : 'Details'}
            </button>
          )}
        </div>
      </div>
      {isOpen && detail && <Details detail={detail} dates={dates} />}
    </div>
  );
}

function Details({ detail, dates }: { detail: EmailDetail; dates: DateText }) {
  const [showsHeaders, setShowsHeaders] = useState(false);
  return (
    <div className={s.details}>
      <dl className={s.grid}>
        <People term="From" who={detail.from ? [detail.from] : []} />
        <People term="Reply to" who={detail.reply_to} />
        <People term="To" who={detail.to} />
        <People term="Cc" who={detail.cc} />
        <People term="Bcc" who={detail.bcc} />
        <Row term="Received">{dates.full(detail.date)}</Row>
        {detail.sent_at && <Row term="Sent">{dates.full(detail.sent_at)}</Row>}
        <Row term="Size">{sizeText(detail.size)}</Row>
        {detail.internet_message_id && (
          <Row term="Message ID">
            <code className={s.code}>{detail.internet_message_id}</code>
          </Row>
        )}
        {detail.defects.length > 0 && <Row term="Repaired">{detail.defects.join(', ')}</Row>}
      </dl>
      <div className={s.actions}>
        <button
          type="button"
          className={s.toggle}
          aria-expanded={showsHeaders}
          onClick={() => setShowsHeaders(!showsHeaders)}
        >
          {showsHeaders ? 'Hide all headers' : `All ${detail.headers.length} headers`}
        </button>
        <a href={detail.raw_url} target="_blank" rel="noopener noreferrer">
          Original message
        </a>
      </div>
      {showsHeaders && (
        <dl className={s.raw}>
          {detail.headers.map((header, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names repeat and the order is the message's
            <div key={index}>
              <dt>{header.name}:</dt> <dd>{header.value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function Row(props: { term: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{props.term}</dt>
      <dd>{props.children}</dd>
    </>
  );
}

function People({ term, who }: { term: string; who: readonly Address[] }) {
  if (who.length === 0) return null;
  return (
    <Row term={term}>
      {who.map((one) => (
        <bdi key={one.address} className={s.person}>
          {one.name ? `${one.name} <${one.address}>` : one.address}
        </bdi>
      ))}
    </Row>
  );
}
