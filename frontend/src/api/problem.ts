/** Everything that can go wrong with a request, told apart by what to do next. */

export type FieldError = { field: string; message: string };

/** The server understood and said no (RFC 9457). Show `detail`; retry only if `retryAfter` says so. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: readonly FieldError[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }
}

/** No answer: the server is away or the network is. Trying again is right. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  constructor(options?: ErrorOptions) {
    super('VexMail’s server cannot be reached.', options);
  }
}

/** Whether the error is only our own wish to stop. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** One sentence for a person. */
export function explain(error: unknown): string {
  if (error instanceof Refused || error instanceof Unreachable) return error.message;
  return 'Something unexpected went wrong.';
}
