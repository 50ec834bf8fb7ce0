import type { IncomingMessage, ServerResponse } from 'node:http';

import type { JWK } from 'jose';

import { readSigningKeys } from './signing-keys.ts';

/** A handler for express and for `node:http`. */
export type WebhookJwksHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** How long receivers and what is between may keep the keys: the time between the steps of a rotation. */
const MAX_AGE_SECONDS = 300;

/**
 * Answers with the public halves of keys, as a JWK set, from which receivers verify the JWTs of webhooks.
 *
 * To change keys, add the new one as the last of all, here and to the sender, and wait five minutes, until receivers
 * have it; make it the first, so that it signs; take the old one away when the last token of it has expired.
 *
 * @param keys The private keys that the sender has: the one that signs, the next and the last.
 * @throws {A2ARedisError} `INVALID_OPTION`, naming the key.
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function webhookJwksHandler(keys: readonly JWK[]): WebhookJwksHandler {
  const body = JSON.stringify({
    keys: readSigningKeys(keys, 'keys').map(({ publicJwk }) => publicJwk),
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    response
      .writeHead(200, {
        'content-type': 'application/jwk-set+json',
        'content-length': Buffer.byteLength(body),
        'cache-control': `public, max-age=${MAX_AGE_SECONDS}`,
      })
      // Node sends no body to HEAD.
      .end(body);
  };
}
