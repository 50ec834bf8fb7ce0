import { type Runtime, systemRuntime } from '@a2a-redis/core/shared';
import { onTestFinished } from 'vitest';

import type { AttemptEnd } from '../src/posting/attempt-limit.ts';
import { HttpWebhookPoster } from '../src/posting/http-webhook-poster.ts';
import { readPostingOptions, type WebhookPostingOptions } from '../src/posting/posting-options.ts';
import { readTargetOptions, type WebhookTargetOptions } from '../src/posting/target-options.ts';
import type { WebhookRequest } from '../src/posting/webhook-poster.ts';

/** Lets webhooks go to 127.0.0.1, over plain HTTP, to any port. */
export const LOOPBACK: WebhookTargetOptions = {
  allowHttp: true,
  ports: 'any',
  allow: ['127.0.0.1'],
};

/** A poster, until the test ends. */
export function posterOf(
  posting: WebhookPostingOptions = {},
  targets: WebhookTargetOptions = LOOPBACK,
  runtime: Runtime = systemRuntime,
): HttpWebhookPoster {
  const poster = new HttpWebhookPoster(
    runtime,
    readTargetOptions(targets, 'targets.'),
    readPostingOptions(posting, 'posting.'),
  );
  onTestFinished(async () => poster.close());
  return poster;
}

/** A webhook to a URL. */
export function webhookTo(url: string, headers: Record<string, string> = {}): WebhookRequest {
  return {
    url,
    headers: { 'content-type': 'application/a2a+json', ...headers },
    body: '{"a":"ü"}',
  };
}

/** An attempt that no caller ends. */
export function unlimited(): AttemptEnd {
  return { signal: new AbortController().signal };
}
