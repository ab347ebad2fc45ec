/** One fetch of a key set: one deadline for all of it, a cap on the body, no redirect, strict JSON. */

export interface FetchLimits {
  readonly fetch: typeof globalThis.fetch;
  /** For connecting, the answer and its body together. */
  readonly timeoutMs: number;
  /** Ends the fetch early. */
  readonly signal: AbortSignal;
}

// A set of a user pool has two keys and 1 KB. This is for whoever answers in its place and never stops.
const MAX_BODY_BYTES = 256 * 1024;

/** The endpoint itself has said that it has no key set to give. Any other failure leaves open whether there is one. */
export class NoKeySetError extends Error {
  override readonly name = 'NoKeySetError';
}

/**
 * @throws {NoKeySetError} when the answer is a client error that is about the address.
 * @throws {Error} when it is anything else but status 200 with JSON, within the limits.
 */
export async function fetchJson(uri: string, { fetch, timeoutMs, signal }: FetchLimits): Promise<unknown> {
  // Not `AbortSignal.timeout`: a signal that nothing but `AbortSignal.any` refers to may be collected before it fires.
  const deadline = new AbortController();
  const abort = (reason: Error) => {
    deadline.abort(reason);
  };
  const onClose = () => {
    abort(new Error('The verifier was closed.'));
  };
  const timer = setTimeout(() => {
    abort(new Error(`The key set did not arrive within ${timeoutMs} ms.`));
  }, timeoutMs);
  timer.unref();
  if (signal.aborted) onClose();
  signal.addEventListener('abort', onClose, { once: true });
  try {
    // The race is for a `fetch` that somebody passed in and that does not look at its signal.
    return await Promise.race([read(uri, fetch, deadline.signal), rejectionOf(deadline.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onClose);
    // Whatever is still open, the body of a refused answer for one, ends here.
    abort(new Error('The fetch of the key set is over.'));
  }
}

async function read(uri: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<unknown> {
  // Without a prototype: a `method` or a `body` on a polluted `Object.prototype` is none of this request's.
  const init: RequestInit = { redirect: 'error', headers: { accept: 'application/json' }, signal };
  const response = await fetch(uri, Object.assign(Object.create(null) as object, init));
  const { status, redirected } = response;
  if (status !== 200 || redirected) {
    const message = `The key set was answered with status ${status}.`;
    // 408 and 429 ask to come again (RFC 9110, section 15.5.9; RFC 6585, section 4).
    const isDefinite = status >= 400 && status < 500 && status !== 408 && status !== 429 && !redirected;
    throw isDefinite ? new NoKeySetError(message) : new Error(message);
  }
  const body = await readBody(response);
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)) as unknown;
}

async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    // The body of a fetched response is a stream of bytes (Fetch standard, "body").
    const bytes = chunk as Uint8Array;
    length += bytes.byteLength;
    if (length > MAX_BODY_BYTES) throw new Error('The key set is larger than 256 KB.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      // `abort` above is always called with an Error.
      reject(signal.reason as Error);
    });
  });
}
