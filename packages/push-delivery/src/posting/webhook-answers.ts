import { ForbiddenTargetError } from './guarded-connector.ts';
import { retryAfterMs } from './retry-after.ts';
import { errors } from './undici.ts';
import type { WebhookAnswer, WebhookRefused, WebhookRetry } from './webhook-poster.ts';

/** What is passing: a receiver that was too slow, is not ready, has too much to do, or is broken. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);
/** Codes of Node, of OpenSSL and of undici. */
const ERROR_CODE = /^[A-Z][A-Z0-9_]{0,63}$/u;

/** What a receiver answered. */
export interface ReceiverResponse {
  readonly status: number;
  /** Its header, where it has one. */
  readonly retryAfter: string | undefined;
}

/**
 * What an answer of a receiver means.
 *
 * @param now Milliseconds since the epoch.
 */
export function answerOf({ status, retryAfter }: ReceiverResponse, now: number): WebhookAnswer {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status >= 300 && status < 400) {
    return {
      kind: 'refused',
      status,
      reason: `The receiver answered ${status}: redirects are not followed.`,
    };
  }
  const reason = `The receiver answered ${status}.`;
  if (status < 500 && !RETRIED_STATUSES.has(status)) return { kind: 'refused', status, reason };
  const delayMs = retryAfterMs(retryAfter, now);
  const asked = delayMs === undefined ? {} : { retryAfterMs: delayMs };
  return { kind: 'retry', status, reason, ...asked };
}

/**
 * What an error without an answer means. Its message is not told: it may quote the URL, or what the receiver sent.
 */
export function answerOfFault(error: unknown): WebhookRefused | WebhookRetry {
  if (error instanceof ForbiddenTargetError) return { kind: 'refused', reason: error.message };
  if (error instanceof errors.HTTPParserError) {
    return { kind: 'retry', reason: 'The receiver did not answer in HTTP/1.1.' };
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'UND_ERR_INVALID_ARG':
      return { kind: 'refused', reason: 'The request has a header that cannot be sent.' };
    case 'UND_ERR_CONNECT_TIMEOUT':
      return { kind: 'retry', reason: 'The connection took too long.' };
    case 'ENOTFOUND':
    case 'ENODATA':
      return { kind: 'retry', reason: `The webhook's host is not known (${code}).` };
    default:
      return { kind: 'retry', reason: `The connection failed${codeIn(code)}.` };
  }
}

function codeIn(code: unknown): string {
  return typeof code === 'string' && ERROR_CODE.test(code) ? ` (${code})` : '';
}
