/** JSON over fetch: the one place that knows headers, status codes and problem documents. */
import { type FieldError, isAborted, Refused, Unreachable } from './problem';

type Options = {
  query?: Record<string, string | number | boolean | null>;
  body?: unknown;
  signal?: AbortSignal;
  /** Makes a creating POST safe to repeat. */
  idempotencyKey?: string;
};

type ProblemDocument = {
  title?: string;
  detail?: string;
  code?: string;
  errors?: FieldError[];
};

/**
 * Send one request and decode its answer.
 *
 * @throws Refused for any answer of 400 and above; Unreachable when there is none; the browser's
 *   AbortError when `signal` fires.
 */
export async function send<Answer>(method: string, path: string, options: Options = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.idempotencyKey) headers['Idempotency-Key'] = options.idempotencyKey;
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(path + queryString(options.query), init);
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Unreachable({ cause: error });
  }
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

function queryString(query: Options['query']): string {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== null);
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`;
}

async function refusal(response: Response): Promise<Refused> {
  const problem = await problemDocument(response);
  const after = Number(response.headers.get('Retry-After'));
  return new Refused(
    response.status,
    problem.code ?? `http_${response.status}`,
    problem.detail ?? problem.title ?? `The server answered ${response.status}.`,
    problem.errors ?? [],
    after > 0 ? after : null,
  );
}

/** A proxy's error page is not JSON: then the status alone speaks. */
async function problemDocument(response: Response): Promise<ProblemDocument> {
  if (!/json/.test(response.headers.get('Content-Type') ?? '')) return {};
  return (await response.json()) as ProblemDocument;
}

/** A fresh key for one creating request; works without a secure context, unlike `randomUUID`. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
