/** Fetches a key set once: one deadline for all of it, a cap on the body, no redirect, strict JSON. */

export interface FetchLimits {
  readonly fetch: typeof globalThis.fetch;
  /** For the connection, the response and its body together. */
  readonly timeoutMs: number;
  /** Ends the fetch early. */
  readonly signal: AbortSignal;
}

// The set of a user pool has two keys and 1 KB. The cap is for another server in its place that never stops sending.
const MAX_BODY_BYTES = 256 * 1024;

/** A 4xx about the address: there is no key set here. Any other failure can be temporary. */
export class NoKeySetError extends Error {
  override readonly name = 'NoKeySetError';
}

/**
 * @throws {NoKeySetError} when the response is a client error about the address.
 * @throws {Error} when it is anything else but status 200 with JSON, within the limits.
 */
export async function fetchJson(uri: string, { fetch, timeoutMs, signal }: FetchLimits): Promise<unknown> {
  // Not `AbortSignal.timeout`: a signal that only `AbortSignal.any` refers to can be collected before it fires.
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
    // The race is for a `fetch` of the options that ignores its signal.
    return await Promise.race([read(uri, fetch, deadline.signal), rejectionOf(deadline.signal)]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onClose);
    // Ends what is still open, such as the body of a response that was refused.
    abort(new Error('The fetch of the key set is over.'));
  }
}

async function read(uri: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<unknown> {
  // Without a prototype, so that a polluted one cannot add a `method` or a `body`.
  const init: RequestInit = { redirect: 'error', headers: { accept: 'application/json' }, signal };
  const response = await fetch(uri, Object.assign(Object.create(null) as object, init));
  const { status, redirected } = response;
  if (status !== 200 || redirected) {
    const message = `The key endpoint responded with status ${status}.`;
    // 408 and 429 ask for a retry (RFC 9110, section 15.5.9; RFC 6585, section 4).
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
