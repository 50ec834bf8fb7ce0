import { createHash } from 'node:crypto';

import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { checkNames, invalidOption, wholeNumber } from '@a2a-redis/core/shared';
import { type JWK, SignJWT } from 'jose';

import { parseUrl } from '../posting/parse-url.ts';
import { readSigningKeys, type SigningKey } from './signing-keys.ts';

/** JWTs by which receivers know that a webhook is of this agent, with keys that it makes public. */
export interface WebhookTokenOptions {
  /** The claim `iss`: the agent's URL, say. Receivers compare it, and find the keys by it. */
  readonly issuer: string;
  /**
   * Private JWKs, each with a `kid`: of P-256, P-384, P-521, Ed25519, or RSA of 2,048 bits and more. The first signs; give
   * all of them to {@link webhookJwksHandler}.
   */
  readonly keys: readonly JWK[];
  /**
   * The claim `aud` for a config. A receiver must find itself in it: who gets a webhook must not be able to hand it on.
   * @default the URL of the webhook, without query and fragment
   */
  readonly audience?: ((config: TaskPushNotificationConfig) => string) | undefined;
  /**
   * Seconds from the attempt to the claim `exp`.
   * @default 300, as long as receivers take a timestamp of Standard Webhooks
   */
  readonly lifetimeSeconds?: number | undefined;
}

/** What a JWT says. */
export interface TokenClaims {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestampSeconds: number;
  readonly body: string;
  readonly config: TaskPushNotificationConfig;
}

const OPTION_NAMES: readonly (keyof WebhookTokenOptions)[] = [
  'issuer',
  'keys',
  'audience',
  'lifetimeSeconds',
];

/**
 * Makes the JWTs of A2A's "asymmetric key flow": `iss`, `aud`, `iat`, `exp`, `jti` and `taskId`. The claim
 * `request_body_sha256`, as A2A's first samples had it, binds a token to the bytes that were posted with it.
 *
 * @see https://a2a-protocol.org/latest/topics/streaming-and-async/#security-considerations-for-push-notifications
 */
export class WebhookTokens {
  readonly #issuer: string;
  readonly #key: SigningKey;
  readonly #audienceOf: (config: TaskPushNotificationConfig) => string;
  readonly #lifetimeSeconds: number;

  /**
   * @param where Prefix of the names in messages, such as `jwt.`.
   * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
   */
  constructor(options: WebhookTokenOptions, where: string) {
    checkNames(options, OPTION_NAMES, where);
    const { issuer, keys, audience = urlWithoutQuery, lifetimeSeconds = 300 } = options;
    if (typeof issuer !== 'string' || issuer === '') {
      throw invalidOption(`${where}issuer`, 'must be a non-empty string');
    }
    if (typeof audience !== 'function') {
      throw invalidOption(`${where}audience`, 'must be a function');
    }
    this.#issuer = issuer;
    [this.#key] = readSigningKeys(keys, `${where}keys`);
    this.#audienceOf = audience;
    this.#lifetimeSeconds = wholeNumber(lifetimeSeconds, `${where}lifetimeSeconds`, 1);
  }

  /** The token of an attempt. All attempts of a webhook have the same `jti`, its id: it is one webhook. */
  async tokenOf({ id, timestampSeconds, body, config }: TokenClaims): Promise<string> {
    const { kid, alg, privateKey } = this.#key;
    return new SignJWT({
      taskId: config.taskId,
      request_body_sha256: createHash('sha256').update(body).digest('hex'),
    })
      .setProtectedHeader({ alg, kid, typ: 'JWT' })
      .setIssuer(this.#issuer)
      .setAudience(this.#audienceOf(config))
      .setIssuedAt(timestampSeconds)
      .setExpirationTime(timestampSeconds + this.#lifetimeSeconds)
      .setJti(id)
      .sign(privateKey);
  }
}

/** Queries hold secrets now and then, and tokens are logged. What is no URL is not posted to. */
function urlWithoutQuery({ url }: TaskPushNotificationConfig): string {
  const parsed = parseUrl(url);
  return parsed === undefined ? '' : `${parsed.origin}${parsed.pathname}`;
}
