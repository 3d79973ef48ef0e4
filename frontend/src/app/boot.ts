/** What the server put into the page: the first screen without a single request. */
import type { Account, EmailSummary, List, Mailbox, Session } from '@/domain/entities';
import { ALL_INBOXES } from '@/domain/listQuery';
import { type Answer, applyChange } from '@/store/applyChange';
import { type Facts, NO_FACTS } from '@/store/facts';

export type Boot = {
  session: Session | null;
  accounts: List<Account> | null;
  mailboxes: List<Mailbox> | null;
  emails: List<EmailSummary> | null;
  change_seq: number | null;
};

/** The page's data block; null when the page is served without one (development). */
export function readBoot(page: Document): Boot | null {
  return JSON.parse(page.getElementById('boot')?.textContent || 'null') as Boot | null;
}

/** The facts to start from. */
export function factsFromBoot(boot: Boot): Facts {
  const answers: Answer[] = [{ type: 'session_answered', session: boot.session }];
  if (boot.accounts) answers.push({ type: 'accounts_answered', accounts: boot.accounts.items });
  if (boot.mailboxes) answers.push({ type: 'mailboxes_answered', mailboxes: boot.mailboxes.items });
  if (boot.emails) {
    answers.push({ type: 'page_answered', query: ALL_INBOXES, offset: 0, page: boot.emails });
  }
  if (boot.change_seq !== null) answers.push({ type: 'stream_opened', seq: boot.change_seq });
  return answers.reduce<Facts>(applyChange, NO_FACTS);
}
