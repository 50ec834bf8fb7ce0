import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { invalidOption } from '@a2a-redis/core/shared';

/** The header for the token of a config, as the SDK names it. */
export const TOKEN_HEADER = 'X-A2A-Notification-Token';

/** A method token of HTTP: what a scheme and the name of a header are. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u;
/** What a header can hold: no line break, and nothing that has no byte in Latin-1. */
const VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/u;
const AROUND = /^[\t ]+|[\t ]+$/gu;
/** What HTTP needs for itself, and what receivers take for the sender's own word. */
const RESERVED =
  /^(?:host|connection|keep-alive|upgrade|te|trailer|transfer-encoding|expect|content-.*|proxy-.*|webhook-.*|a2a-version|user-agent)$/iu;

/** Which headers a config has set, or why they cannot be sent, as one sentence without what is in them. */
export type ConfigHeaders =
  | { readonly headers: Readonly<Record<string, string>> }
  | { readonly refusal: string };

/**
 * The headers that a config sets, as the SDK's sender sends them: its credentials, or else its token. A config chooses
 * the value of these two headers, and nothing of any other.
 *
 * @param tokenHeader In lower case; see {@link readTokenHeader}.
 */
export function configHeaders(
  { authentication, token }: Pick<TaskPushNotificationConfig, 'authentication' | 'token'>,
  tokenHeader: string,
): ConfigHeaders {
  if (authentication?.scheme && authentication.credentials) {
    const { scheme, credentials } = authentication;
    if (!TOKEN.test(scheme)) {
      return { refusal: "The webhook's authentication scheme is not one word of HTTP." };
    }
    if (!VALUE.test(credentials)) return { refusal: unsendable('credentials') };
    return { headers: { authorization: trimmed(`${scheme} ${credentials}`) } };
  }
  if (!token) return { headers: {} };
  if (!VALUE.test(token)) return { refusal: unsendable('token') };
  return { headers: { [tokenHeader]: trimmed(token) } };
}

/**
 * The name of the header for tokens, in lower case.
 *
 * @throws {A2ARedisError} `INVALID_OPTION` for what is no name of a header, or one that is not free.
 */
export function readTokenHeader(name: string = TOKEN_HEADER): string {
  if (typeof name !== 'string' || !TOKEN.test(name) || RESERVED.test(name)) {
    throw invalidOption('tokenHeaderName', 'must be the name of a header that nothing else needs');
  }
  return name.toLowerCase();
}

/** As `fetch`, by which the SDK sends. */
function trimmed(value: string): string {
  return value.replaceAll(AROUND, '');
}

function unsendable(what: string): string {
  return `The webhook's ${what} must not hold line breaks, nor what is not in Latin-1.`;
}
