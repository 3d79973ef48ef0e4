/** Small believable facts for tests. */
import type { Change, ChangeType } from '@/domain/change';
import type { Account, EmailDetail, EmailSummary, List, Mailbox } from '@/domain/entities';

export const aMailbox = (part: Partial<Mailbox> = {}): Mailbox => ({
  id: 'inbox',
  account_id: 'account',
  name: 'INBOX',
  path: 'INBOX',
  role: 'inbox',
  parent_id: null,
  total: 10,
  unread: 3,
  selectable: true,
  subscribed: true,
  namespace: 'personal',
  pending: null,
  watched: false,
  sync: { state: 'live', reason: null, done: 10, total: 10 },
  ...part,
});

export const anAccount = (part: Partial<Account> = {}): Account => ({
  id: 'account',
  email: 'me@example.org',
  name: '',
  state: 'live',
  error: null,
  paused: null,
  imap: { host: 'imap.example.org', port: 993, security: 'tls', username: 'me@example.org' },
  created_at: '2026-11-01T00:00:00Z',
  is_demo: false,
  ...part,
});

/** The higher the number, the newer the email. */
export const anEmail = (number: number, part: Partial<EmailSummary> = {}): EmailSummary => ({
  id: `e${number}`,
  account_id: 'account',
  thread_id: `t${number}`,
  mailbox_ids: ['inbox'],
  from: { name: 'Ada Lovelace', address: 'ada@example.org' },
  to: [{ name: '', address: 'me@example.org' }],
  subject: `Subject ${number}`,
  snippet: '',
  date: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
  is_read: false,
  is_starred: false,
  is_flagged: false,
  is_answered: false,
  is_draft: false,
  has_attachments: false,
  size: 1_000,
  labels: [],
  ...part,
});

export const aDetail = (number: number, part: Partial<EmailDetail> = {}): EmailDetail => ({
  ...anEmail(number),
  cc: [],
  bcc: [],
  reply_to: [],
  sent_at: null,
  internet_message_id: '<1@example.org>',
  in_reply_to: '',
  headers: [],
  text: 'Hello',
  html: null,
  remote_images: 0,
  attachments: [],
  mailboxes: [],
  raw_url: '/raw',
  body_state: 'parsed',
  defects: [],
  ...part,
});

/** Emails `newest` down to `newest - count + 1`. */
export const aPage = (newest: number, count: number, total: number): List<EmailSummary> => ({
  items: Array.from({ length: count }, (_, row) => anEmail(newest - row)),
  next_cursor: null,
  total,
});

type Told<Type extends ChangeType> = Omit<
  Extract<Change, { type: Type }>,
  'type' | 'seq' | 'time' | 'account_id'
>;

export const aChange = <Type extends ChangeType>(type: Type, seq: number, told: Told<Type>): Change =>
  ({ type, seq, time: '2026-11-22T08:00:00Z', account_id: 'account', ...told }) as unknown as Change;
