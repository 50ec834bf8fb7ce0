import type { AttemptEnd } from './attempt-limit.ts';

/** One attempt to deliver. */
export interface WebhookRequest {
  /** As the config has it. */
  readonly url: string;
  /** All that are sent, but for what HTTP itself needs; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As the SDK's serializer gives it. */
  readonly body: string;
}

/** The receiver has answered with a status from 200 to 299. */
export interface WebhookDelivered {
  readonly kind: 'delivered';
  readonly status: number;
}

/** Nothing is known of the receiver, or it cannot take the webhook now: a later attempt may arrive. */
export interface WebhookRetry {
  readonly kind: 'retry';
  /** One sentence, without anything of the URL, the headers, the body or what the receiver said beside its status. */
  readonly reason: string;
  /** Absent where there was no answer. */
  readonly status?: number;
  /** Milliseconds that the receiver asks to wait, from 0 to a year. */
  readonly retryAfterMs?: number;
}

/** No later attempt of the same request can arrive. */
export interface WebhookRefused {
  readonly kind: 'refused';
  /** As that of {@link WebhookRetry}. */
  readonly reason: string;
  /** Absent where nothing was sent. */
  readonly status?: number;
}

/** How an attempt ended. */
export type WebhookAnswer = WebhookDelivered | WebhookRetry | WebhookRefused;

/** Posts webhooks. */
export interface WebhookPoster {
  /**
   * Makes one attempt. Rejects for nothing that a receiver does.
   *
   * @param until Ends the attempt, as one to be made again: whether it arrived is not known then.
   */
  post(request: WebhookRequest, until: AttemptEnd): Promise<WebhookAnswer>;
  /** Why nothing is posted to a URL, as one sentence without the URL; `undefined` where it may be. Throws nothing. */
  refusalOf(url: string): string | undefined;
  /** Ends all connections, and the attempts over them as ones to be made again. */
  close(): Promise<void>;
}
