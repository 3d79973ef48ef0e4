/** What to do about each failure of a connection test, and which field it concerns. */

export type AccountField = 'email' | 'host' | 'port' | 'security' | 'username' | 'password';

export type Advice = { readonly field: AccountField | null; readonly todo: string };

const ADVICE: Record<string, Advice> = {
  host_not_found: { field: 'host', todo: 'Check the spelling of the server name.' },
  connection_refused: { field: 'port', todo: 'Check the port, and whether the server is running.' },
  connection_timed_out: {
    field: 'port',
    todo: 'Check server and port. A firewall may be in the way.',
  },
  certificate_rejected: {
    field: 'host',
    todo: 'Use the name that the server’s certificate is made for, or have the certificate renewed.',
  },
  tls_failed: {
    field: 'security',
    todo: 'Try the other kind of security: 993 usually means TLS, 143 STARTTLS.',
  },
  authentication_failed: {
    field: 'password',
    todo: 'Check user name and password. Many providers want an app password here.',
  },
  login_unavailable: { field: null, todo: 'Try again in a while.' },
  server_said_bye: { field: null, todo: 'The server closed the connection. Try again in a while.' },
  protocol_violation: {
    field: 'port',
    todo: 'Something answers there that does not speak IMAP. Check the port.',
  },
  conflict: { field: 'email', todo: 'This account is here already; you will find it in the list.' },
};

/** Advice for a problem's `code`; none for a code this client does not know. */
export function adviceFor(code: string): Advice {
  return ADVICE[code] ?? { field: null, todo: '' };
}

const FIELDS: readonly AccountField[] = ['email', 'host', 'port', 'security', 'username', 'password'];

/** The form's field for a path such as "imap.host" or "body.imap.host". */
export function fieldOf(path: string): AccountField | null {
  const name = path.split('.').at(-1);
  return FIELDS.find((field) => field === name) ?? null;
}
