import type { KeyObject } from 'node:crypto';

import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { A2ARedisError } from '@a2a-redis/core';
import { checkNames, invalidOption, type Scope } from '@a2a-redis/core/shared';

import { readSecret, signaturesOf } from './webhook-secret.ts';
import { type WebhookTokenOptions, WebhookTokens } from './webhook-token.ts';

/**
 * Finds the secrets that an agent shares with a receiver, to sign with each: `[]` for none.
 *
 * @param config As the client registered it. Its `tenant` is the client's word.
 * @param scope Whose task it is: the tenant and owner of the call that registered it.
 */
export type WebhookSecretsOf = (
  config: TaskPushNotificationConfig,
  scope: Scope,
) => readonly string[] | Promise<readonly string[]>;

/** How receivers can tell that a webhook is of this agent. Both kinds may be used together. */
export interface WebhookSigningOptions {
  /**
   * Secrets of Standard Webhooks, `whsec_` and 24 to 64 bytes in base64, or what finds those of a config. To change one,
   * sign with the old and the new until every receiver has the new.
   *
   * A list is for an agent with one receiver, or with receivers that trust one another: each of them can sign with it,
   * and show others what it was sent. Where clients register webhooks, give a function with secrets of their own.
   * @default none
   */
  readonly secrets?: readonly string[] | WebhookSecretsOf | undefined;
  /**
   * JWTs in the header `authorization`, of configs that have no credentials of their own: A2A has one header for both.
   * @default none
   */
  readonly jwt?: WebhookTokenOptions | undefined;
}

/** An attempt, as far as it is signed. */
export interface SignedAttempt {
  /** The id of the webhook, the same for every attempt; without full stops, which would make a signature ambiguous. */
  readonly id: string;
  /** When the attempt is made, in whole seconds since the epoch. */
  readonly timestampSeconds: number;
  readonly body: string;
  readonly config: TaskPushNotificationConfig;
  readonly scope: Scope;
}

const OPTION_NAMES: readonly (keyof WebhookSigningOptions)[] = ['secrets', 'jwt'];
/** What a header can hold, but for the full stop. */
const ID = /^[\w-]+$/u;

/** Signs webhooks, each attempt anew, by its time. */
export class WebhookSigner {
  readonly #secretsOf: (attempt: SignedAttempt) => Promise<readonly KeyObject[]>;
  readonly #tokens: WebhookTokens | undefined;

  /**
   * @param where Prefix of the names in messages, such as `signing.`.
   * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
   */
  constructor(options: WebhookSigningOptions, where: string) {
    checkNames(options, OPTION_NAMES, where);
    const { secrets = [], jwt } = options;
    this.#secretsOf = secretsFinder(secrets, `${where}secrets`);
    this.#tokens = jwt && new WebhookTokens(jwt, `${where}jwt.`);
  }

  /**
   * The headers of an attempt: `webhook-id` and `webhook-timestamp`; `webhook-signature` where there are secrets;
   * `authorization` where JWTs are made, and the config has no credentials.
   *
   * @throws {A2ARedisError} `INVALID_ARGUMENT` for an id that cannot be signed; `INVALID_OPTION` for secrets that were
   *   found and are none. It throws what finds secrets throws.
   */
  async headersOf(attempt: SignedAttempt): Promise<Readonly<Record<string, string>>> {
    const { id, timestampSeconds, body, config } = attempt;
    if (!ID.test(id)) {
      throw new A2ARedisError(
        'INVALID_ARGUMENT',
        'The id of a webhook must be of letters, digits, _ and -.',
      );
    }
    const timestamp = String(timestampSeconds);
    const secrets = await this.#secretsOf(attempt);
    const headers: Record<string, string> = { 'webhook-id': id, 'webhook-timestamp': timestamp };
    if (secrets.length > 0) {
      headers['webhook-signature'] = signaturesOf(`${id}.${timestamp}.${body}`, secrets);
    }
    if (this.#tokens !== undefined && takesToken(config)) {
      headers['authorization'] = `Bearer ${await this.#tokens.tokenOf(attempt)}`;
    }
    return headers;
  }
}

function secretsFinder(
  secrets: readonly string[] | WebhookSecretsOf,
  name: string,
): (attempt: SignedAttempt) => Promise<readonly KeyObject[]> {
  if (typeof secrets === 'function') {
    return async ({ config, scope }) => readSecrets(await secrets(config, scope), name);
  }
  const keys = readSecrets(secrets, name);
  return async () => keys;
}

function readSecrets(secrets: unknown, name: string): readonly KeyObject[] {
  if (!Array.isArray(secrets)) throw invalidOption(name, 'must be, or find, a list of secrets');
  return secrets.map((secret: unknown, index) => readSecret(secret, `${name}[${index}]`));
}

/** Whether a config leaves the header free for a JWT, and does not ask for another scheme. */
function takesToken({ authentication }: TaskPushNotificationConfig): boolean {
  const { scheme = '', credentials = '' } = authentication ?? {};
  return credentials === '' && (scheme === '' || scheme.toLowerCase() === 'bearer');
}
