/** Sensible first guesses for the connection form, from the address alone. */
import type { ConnectionSecurity } from './entities';

export type ImapGuess = {
  host: string;
  port: number;
  security: ConnectionSecurity;
  /** What a person of this provider must know before typing a password; null when nothing special. */
  hint: string | null;
};

type Known = { host: string; port?: number; security?: ConnectionSecurity; hint?: string };

const APP_PASSWORD = 'needs an app password: your usual password will be refused.';
const SWITCHED_OFF = 'IMAP is off at first there: switch it on in the settings of your mailbox.';

const GMAIL: Known = {
  host: 'imap.gmail.com',
  hint: `Gmail ${APP_PASSWORD} Make one at myaccount.google.com/apppasswords.`,
};
const OUTLOOK: Known = {
  host: 'outlook.office365.com',
  hint: 'Outlook accepts only browser sign-in (OAuth), not passwords, so this may be refused.',
};
const YAHOO: Known = {
  host: 'imap.mail.yahoo.com',
  hint: `Yahoo ${APP_PASSWORD} Make one under Account security.`,
};
const ICLOUD: Known = {
  host: 'imap.mail.me.com',
  hint: `iCloud ${APP_PASSWORD} Make one at account.apple.com.`,
};
const PROTON: Known = {
  host: '127.0.0.1',
  port: 1143,
  security: 'starttls',
  hint: 'Proton works through Proton Mail Bridge: use the user name and password that Bridge shows.',
};

const KNOWN: Record<string, Known> = {
  'gmail.com': GMAIL,
  'googlemail.com': GMAIL,
  'outlook.com': OUTLOOK,
  'hotmail.com': OUTLOOK,
  'live.com': OUTLOOK,
  'yahoo.com': YAHOO,
  'ymail.com': YAHOO,
  'icloud.com': ICLOUD,
  'me.com': ICLOUD,
  'mac.com': ICLOUD,
  'proton.me': PROTON,
  'protonmail.com': PROTON,
  'aol.com': { host: 'imap.aol.com', hint: `AOL ${APP_PASSWORD}` },
  'fastmail.com': { host: 'imap.fastmail.com', hint: `Fastmail ${APP_PASSWORD}` },
  'gmx.net': { host: 'imap.gmx.net', hint: SWITCHED_OFF },
  'gmx.de': { host: 'imap.gmx.net', hint: SWITCHED_OFF },
  'gmx.com': { host: 'imap.gmx.com', hint: SWITCHED_OFF },
  'web.de': { host: 'imap.web.de', hint: SWITCHED_OFF },
  'mail.ru': { host: 'imap.mail.ru', hint: `Mail.ru ${APP_PASSWORD}` },
  'yandex.ru': { host: 'imap.yandex.ru', hint: `Yandex ${APP_PASSWORD}` },
  'yandex.com': { host: 'imap.yandex.com', hint: `Yandex ${APP_PASSWORD}` },
  'zoho.com': { host: 'imap.zoho.com', hint: SWITCHED_OFF },
  'posteo.de': { host: 'posteo.de' },
  'mailbox.org': { host: 'imap.mailbox.org' },
};

const STANDARD_PORT: Record<ConnectionSecurity, number> = { tls: 993, starttls: 143, none: 143 };

/** The usual port for a kind of security (RFC 8314 7.1, RFC 9051 2.1). */
export function standardPort(security: ConnectionSecurity): number {
  return STANDARD_PORT[security];
}

/** A guess for this address, or null while its domain is not complete. */
export function guessImap(email: string): ImapGuess | null {
  const domain = /@((?:[a-z0-9-]+\.)+[a-z]{2,})$/i.exec(email.trim())?.[1]?.toLowerCase();
  if (!domain) return null;
  const known = KNOWN[domain];
  const security = known?.security ?? 'tls';
  return {
    host: known?.host ?? `imap.${domain}`,
    port: known?.port ?? standardPort(security),
    security,
    hint: known?.hint ?? null,
  };
}
