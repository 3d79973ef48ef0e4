/** Which field of the account form an answer of the server is about. */

export type AccountField = 'email' | 'host' | 'port' | 'security' | 'username' | 'password';

const CONCERNS: Record<string, AccountField> = {
  host_not_found: 'host',
  connection_refused: 'port',
  connection_timed_out: 'port',
  certificate_rejected: 'host',
  tls_failed: 'security',
  authentication_failed: 'password',
  protocol_violation: 'port',
  conflict: 'email',
};

/** The field that a problem's `code` concerns; none where it is about the server as a whole. */
export function fieldFor(code: string): AccountField | null {
  return CONCERNS[code] ?? null;
}

const FIELDS: readonly AccountField[] = ['email', 'host', 'port', 'security', 'username', 'password'];

/** The form's field for a path such as "imap.host" or "body.imap.host". */
export function fieldOf(path: string): AccountField | null {
  const name = path.split('.').at(-1);
  return FIELDS.find((field) => field === name) ?? null;
}
