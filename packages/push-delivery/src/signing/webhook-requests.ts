import { configHeaders, readTokenHeader } from '../posting/config-headers.ts';
import type { WebhookContent } from '../posting/webhook-content.ts';
import type { WebhookRefused, WebhookRequest } from '../posting/webhook-poster.ts';
import type { SignedAttempt, WebhookSigner } from './webhook-signer.ts';

/** What is posted in an attempt, and to whom. */
export interface WebhookAttempt extends Omit<SignedAttempt, 'body'> {
  readonly content: WebhookContent;
}

const USER_AGENT = '@a2a-redis/push-delivery';

/** Makes the request of each attempt: the SDK's headers, those that the config sets, and signatures. */
export class WebhookRequests {
  readonly #signer: WebhookSigner;
  readonly #tokenHeader: string;

  /**
   * @param tokenHeaderName The header for tokens of configs, as in the SDK's sender.
   * @throws {A2ARedisError} `INVALID_OPTION` when it is not free.
   */
  constructor(signer: WebhookSigner, tokenHeaderName?: string) {
    this.#signer = signer;
    this.#tokenHeader = readTokenHeader(tokenHeaderName);
  }

  /**
   * The request of an attempt, or that there can be none, because of what the config says.
   *
   * @throws What {@link WebhookSigner.headersOf} throws.
   */
  async requestOf(attempt: WebhookAttempt): Promise<WebhookRequest | WebhookRefused> {
    const { content, config } = attempt;
    const ofConfig = configHeaders(config, this.#tokenHeader);
    if ('refusal' in ofConfig) return { kind: 'refused', reason: ofConfig.refusal };
    const signed = await this.#signer.headersOf({ ...attempt, body: content.body });
    return {
      url: config.url,
      headers: { 'user-agent': USER_AGENT, ...content.headers, ...signed, ...ofConfig.headers },
      body: content.body,
    };
  }
}
