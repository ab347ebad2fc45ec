/** Tells of denials: as events to whoever made the `Auth`, and to the log when something is wrong with the server. */
import type { AuthState } from '../auth.js';
import { AuthConfigurationError } from '../errors.js';
import type { Refusal } from './decide.js';

/** Where sentences go that a developer should read. Apollo Server's logger is one, and so is `console`. */
export interface DirectiveLogger {
  warn(message: string): void;
  error(message: string): void;
}

export type Report = (coordinate: string, refusal: Refusal, state: AuthState | undefined) => void;

export function createReport(isReportOnly: boolean, logger: DirectiveLogger | undefined): Report {
  const told = new WeakSet<Error>();

  return (coordinate, { denial, cause }, state) => {
    const { code, reason } = denial;
    state?.origin.emit({ type: 'field.denied', coordinate, code, reason, enforced: !isReportOnly });
    if (logger === undefined) return;
    if (isReportOnly) {
      logger.warn(`apollo-cognito-auth: dry run: ${coordinate} would be denied (${reason ?? code}).`);
    }
    if (cause instanceof AuthConfigurationError && !told.has(cause)) {
      told.add(cause);
      logger.error(`apollo-cognito-auth: ${cause.message}`);
    }
  };
}
