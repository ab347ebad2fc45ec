/** One line for each answer, short enough to read. */
import type { Answer } from './answers.js';

export interface Row {
  readonly operation: string;
  readonly caller: string;
  readonly answer: Answer;
  readonly asExpected: boolean;
}

export const tableHead = line('OPERATION', 'CALLER', 'HTTP', 'ANSWER', '');

export function tableRow({ operation, caller, answer, asExpected }: Row): string {
  return line(operation, caller, String(answer.status), summarise(answer), asExpected ? '' : '  <-- NOT AS EXPECTED');
}

function line(operation: string, caller: string, status: string, answer: string, remark: string): string {
  return `${operation.padEnd(14)} ${caller.padEnd(28)} ${status.padEnd(5)} ${answer}${remark}`;
}

function summarise({ body, challenge, closed }: Answer): string {
  const { data, errors } = (body ?? {}) as Body; // The body of a GraphQL response; what is absent is not printed.
  const parts = Object.entries(data ?? {}).map(([name, value]) => `${name}: ${summariseValue(value)}`);
  const denials = new Map<string, number>();
  for (const { extensions } of errors ?? []) {
    const denial = [extensions?.code ?? 'error', extensions?.reason].filter(Boolean).join(' ');
    denials.set(denial, (denials.get(denial) ?? 0) + 1);
  }
  for (const [denial, count] of denials) parts.push(count === 1 ? denial : `${denial} (${count} times)`);
  // The address is in every one of them.
  if (challenge !== undefined) parts.push(`WWW-Authenticate: ${withoutAddress(challenge)}`);
  if (closed !== undefined) parts.push(`closed: ${closed}`);
  return parts.join(' | ');
}

interface Body {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string; readonly reason?: string } }[];
}

function summariseValue(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  const nulls = value.filter((item) => item === null).length;
  return nulls === 0 ? `${value.length} items` : `${value.length} items, ${nulls} of them null`;
}

/** The challenge without the address of the metadata, which is long and has the port of this run. */
export function withoutAddress(challenge: string): string {
  return challenge.replace(/(?<=resource_metadata=")[^"]+/, '…');
}
