import { useEffect, useRef, useState } from 'react';
import { DateText } from '@/domain/dates';
import type { EmailDetail, EmailId, MailboxRole } from '@/domain/entities';
import type { FilingAct } from '@/domain/filing';
import { selectAccounts, selectEmail, useSelect } from '@/store/hooks';
import { Attachments } from './Attachments';
import { Banners, FailedBody, LoadingBody, NoBody, NothingOpen } from './BodyStates';
import { LinkQuestion } from './LinkQuestion';
import type { DoubtfulLink } from './linkGuard';
import { MailFrame } from './MailFrame';
import { MessageHeader } from './MessageHeader';
import { PlainBody } from './PlainBody';
import s from './Reader.module.css';
import { ReaderBar } from './ReaderBar';
import { useMarkSeen, useMessage } from './useMessage';
import { useWarm } from './useWarm';

const DATES = new DateText();

type Props = {
  emailId: EmailId | null;
  /** "3 of 1,204"; null while unknown. */
  position: string | null;
  /** On a narrow screen the reader is a view of its own, and takes the focus when it opens. */
  takesFocus: boolean;
  onBack: () => void;
  /** What the mailbox is for that the message is looked at in. */
  role: MailboxRole | null;
  onFile: (act: FilingAct, id: EmailId) => void;
  onStep: (by: 1 | -1) => void;
};

/**
 * One message: its header, its body, its files.
 *
 * The tree keeps its shape whatever is open, so that the message frame is loaded only once.
 */
export function Reader({ emailId, position, takesFocus, onBack, role, onFile, onStep }: Props) {
  const summary = useSelect((state) => (emailId ? selectEmail(state, emailId) : undefined));
  const detail = useSelect((state) => (emailId ? state.facts.details.get(emailId) : undefined));
  const accounts = useSelect(selectAccounts);
  const { failure, retry } = useMessage(emailId, detail !== undefined);
  const [doubt, setDoubt] = useState<DoubtfulLink | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const isOpen = summary !== undefined;
  const isWarm = useWarm(isOpen);
  useMarkSeen(emailId, isOpen && detail !== undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another message starts at its top
  useEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0;
    if (takesFocus) title.current?.focus({ preventScroll: true });
  }, [emailId, isOpen, takesFocus]);

  const own = new Set([...accounts.values()].map((account) => account.email.toLowerCase()));
  const subject = summary?.subject || 'No subject';
  return (
    <article className={s.reader} aria-label={summary ? subject : 'Message'}>
      {summary ? (
        <ReaderBar
          email={summary}
          position={position}
          role={role}
          onBack={onBack}
          onFile={onFile}
          onStep={onStep}
        />
      ) : null}
      <div ref={scroller} className={s.scroll} hidden={!isOpen}>
        <div className={s.column}>
          <h1 ref={title} className={s.subject} dir="auto" tabIndex={-1}>
            {subject}
          </h1>
          {summary ? (
            <MessageHeader
              key={summary.id}
              email={summary}
              detail={detail}
              dates={DATES}
              now={new Date()}
              own={own}
            />
          ) : null}
          {detail ? <Banners detail={detail} /> : null}
          <div className={s.body}>
            <Words detail={detail} failure={failure} onRetry={retry} />
            {isWarm ? (
              <MailFrame
                html={detail?.html ?? null}
                title={`Message: ${subject}`}
                onDoubtfulLink={setDoubt}
              />
            ) : null}
          </div>
          {detail ? <Attachments detail={detail} /> : null}
        </div>
      </div>
      {isOpen ? null : <NothingOpen emailId={emailId} failure={failure} onBack={onBack} />}
      {doubt ? <LinkQuestion link={doubt} onClose={() => setDoubt(null)} /> : null}
    </article>
  );
}

type WordsProps = { detail: EmailDetail | undefined; failure: string | null; onRetry: () => void };

/** What stands where the text goes, unless it is HTML: that belongs to the frame below. */
function Words({ detail, failure, onRetry }: WordsProps) {
  if (!detail) return failure === null ? <LoadingBody /> : <FailedBody reason={failure} onRetry={onRetry} />;
  if (detail.html !== null) return null;
  if (detail.text.trim() === '') return <NoBody detail={detail} />;
  return <PlainBody key={detail.id} text={detail.text} />;
}
