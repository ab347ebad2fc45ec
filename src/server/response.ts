/** The response that an integration passes beside the request, to which headers can be added early. */
import { isObject } from './headers.js';

/** Node's response; Fastify's reply has `header` for `setHeader`. */
export interface IntegrationResponse {
  readonly headersSent?: unknown;
  readonly sent?: unknown;
  getHeader(name: string): unknown;
  readonly setHeader?: (name: string, value: string) => unknown;
  readonly header?: (name: string, value: string) => unknown;
}

/**
 * The response, unless its headers were sent. Standalone and express have it as `res`, Koa in `ctx`, H3 in `event.node`,
 * and Fastify and Next as the second argument. Lambda, Fetch and Azure Functions have none.
 */
export function findResponse([first, second]: readonly unknown[]): IntegrationResponse | undefined {
  if (isOpenResponse(second)) return second;
  if (!isObject(first)) return undefined;
  const { res, ctx, event } = first as Held;
  if (isOpenResponse(res)) return res;
  const { node } = (event ?? first) as Held;
  const candidates = [ctx, node].map((holder) => (isObject(holder) ? (holder as Held).res : undefined));
  return candidates.find(isOpenResponse);
}

type Held = Readonly<Partial<Record<'res' | 'ctx' | 'event' | 'node', unknown>>>;

function isOpenResponse(candidate: unknown): candidate is IntegrationResponse {
  if (!isObject(candidate)) return false;
  const { getHeader, setHeader, header, headersSent, sent } = candidate as Partial<IntegrationResponse>;
  if (typeof getHeader !== 'function' || typeof (setHeader ?? header) !== 'function') return false;
  return headersSent !== true && sent !== true;
}

/** The header's value, several ones joined; undefined for another kind of value. */
export function headerOf(response: IntegrationResponse, name: string): string | undefined {
  const value = response.getHeader(name);
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' ? value : undefined;
}

/** Fastify's reply has `header` instead, and what it holds replaces what Node's response has. */
export function setHeader(response: IntegrationResponse, name: string, value: string): void {
  if (response.setHeader === undefined) response.header?.(name, value);
  else response.setHeader(name, value);
}
