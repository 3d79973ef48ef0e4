/** What the server tells us about, in the shape of its JSON. Times are ISO 8601 in UTC. */

export type AccountId = string;
export type MailboxId = string;
export type EmailId = string;

/** RFC 6154 special uses, plus `inbox`. */
export type MailboxRole =
  | 'inbox'
  | 'sent'
  | 'drafts'
  | 'trash'
  | 'junk'
  | 'archive'
  | 'all'
  | 'flagged'
  | 'important';

export type Session = {
  user: { id: string; name: string; role: string };
  version: string;
  demo_available: boolean;
};

/** `offline` retries by itself; `needs_attention` waits for the person. `error` says why for both. */
export type AccountState = 'connecting' | 'syncing' | 'live' | 'offline' | 'needs_attention';

/** `retry_at`: when the next try is due; it lies in the past while a try goes on. */
export type AccountError = { code: string; message: string; retry_at: string | null };

export type ConnectionSecurity = 'tls' | 'starttls' | 'none';

export type Account = {
  id: AccountId;
  email: string;
  name: string;
  state: AccountState;
  error: AccountError | null;
  /** Set while bodies that nobody waits for are not downloaded; the reason is a sentence. */
  paused: { until: string; reason: string } | null;
  imap: { host: string; port: number; security: ConnectionSecurity; username: string };
  created_at: string;
  is_demo: boolean;
};

export type Mailbox = {
  id: MailboxId;
  account_id: AccountId;
  name: string;
  path: string;
  role: MailboxRole | null;
  parent_id: MailboxId | null;
  total: number;
  unread: number;
  selectable: boolean;
  /** Whether other mail programs show it (RFC 9051 subscriptions). */
  subscribed: boolean;
  /** Whose it is. */
  namespace: 'personal' | 'other' | 'shared';
  /** What the mail server has still to do for the mailbox to be as shown. */
  pending: 'create' | 'rename' | null;
  /** Followed live even where the server cannot tell of all mailboxes at once. */
  watched: boolean;
  sync: {
    state: 'waiting' | 'syncing' | 'live' | 'broken';
    /** Why it is broken. */
    reason: string | null;
    done: number;
    total: number;
  };
};

/** `name` may be empty. */
export type Address = { name: string; address: string };

export type EmailSummary = {
  id: EmailId;
  account_id: AccountId;
  thread_id: string;
  mailbox_ids: readonly MailboxId[];
  from: Address | null;
  to: readonly Address[];
  subject: string;
  snippet: string;
  date: string;
  is_read: boolean;
  is_starred: boolean;
  is_flagged: boolean;
  is_answered: boolean;
  is_draft: boolean;
  has_attachments: boolean;
  size: number;
  labels: readonly string[];
};

export type Attachment = {
  id: string;
  filename: string;
  content_type: string;
  size: number;
  inline: boolean;
  download_url: string;
};

/** One whole message. `html` is already safe: sanitised by the server, with no remote loads. */
export type EmailDetail = EmailSummary & {
  cc: readonly Address[];
  bcc: readonly Address[];
  reply_to: readonly Address[];
  sent_at: string | null;
  internet_message_id: string;
  in_reply_to: string;
  headers: readonly { name: string; value: string }[];
  text: string;
  html: string | null;
  remote_images: number;
  attachments: readonly Attachment[];
  mailboxes: readonly { id: MailboxId; name: string; role: MailboxRole | null }[];
  raw_url: string;
  body_state: 'remote' | 'stored' | 'parsed' | 'unreadable';
  defects: readonly string[];
};

/** What came of an action; `operation_id` is what undo takes. */
export type Outcome = {
  operation_id: string;
  matched: number;
  changed: number;
  failures: readonly { email_id: EmailId | null; code: string; detail: string }[];
};

export type IntentKind =
  | 'flags'
  | 'move'
  | 'copy'
  | 'delete'
  | 'append'
  | 'create_mailbox'
  | 'rename_mailbox'
  | 'delete_mailbox'
  | 'subscribe_mailbox'
  | 'unsubscribe_mailbox';

/** A wish that is not done: on its way, given up after many tries, or refused by the server. */
export type OpenIntent = {
  id: string;
  account_id: AccountId;
  email_id: EmailId | null;
  kind: IntentKind;
  state: 'pending' | 'parked' | 'rejected';
  add_flags: readonly string[];
  remove_flags: readonly string[];
  from_mailbox: { id: MailboxId; name: string } | null;
  to_mailbox: { id: MailboxId; name: string } | null;
  /** What a wish about a mailbox is about, and the path that it gives it. */
  mailbox?: { id: MailboxId; name: string } | null;
  new_name?: string | null;
  code: string;
  message: string;
  attempts: number;
  created_at: string;
  next_attempt_at: string | null;
  subject: string;
  sender: Address | null;
};

/** An action on emails, and how far the mail server has followed. */
export type Operation = {
  id: string;
  action: string;
  matched: number;
  changed: number;
  pending: number;
  settled: number;
  rejected: number;
  created_at: string;
  undone_at: string | null;
};

export type List<Item> = {
  items: readonly Item[];
  next_cursor: string | null;
  total: number | null;
};

/** Where the person's connection test goes; `password` never comes back from the server. */
export type ImapSettings = {
  host: string;
  port: number;
  security: ConnectionSecurity;
  username: string;
  password: string;
};

export type NewAccount = { email: string; name?: string; imap: ImapSettings };
