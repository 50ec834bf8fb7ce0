import { createHash } from 'node:crypto';

import { StreamResponse, Task } from '@a2a-js/sdk';
import type { StoredPushNotificationConfig } from '@a2a-js/sdk/server';
import type { Runtime } from '@a2a-redis/core/shared';

import type { WebhookContents } from '../posting/webhook-content.ts';
import type { AttemptEnd } from '../posting/attempt-limit.ts';
import type { WebhookAnswer, WebhookPoster } from '../posting/webhook-poster.ts';
import type { WebhookRequests } from '../signing/webhook-requests.ts';
import type { Delivery } from './delivery-queue.ts';

/** What attempts are made with. */
export interface AttemptParts {
  readonly runtime: Runtime;
  readonly poster: WebhookPoster;
  readonly contents: WebhookContents;
  readonly requests: WebhookRequests;
  readonly onError: (error: unknown) => void;
}

/** The same for every attempt, and another for each event and each config. */
export function webhookIdOf({ task, configId, event }: Delivery): string {
  // Of what cannot be read, the number is all there is.
  const eventId = event?.eventId ?? '?';
  const parts = JSON.stringify([task.name, eventId, configId]);
  return `msg_${createHash('sha256').update(parts).digest('base64url').slice(0, 32)}`;
}

/** Makes one attempt. Rejects for nothing that a receiver, a config or an event does. */
export async function attempt(
  { runtime, poster, contents, requests, onError }: AttemptParts,
  delivery: Delivery,
  { config, wireVersion }: StoredPushNotificationConfig,
  until: AttemptEnd,
): Promise<WebhookAnswer> {
  const { event, task } = delivery;
  if (event === undefined) return { kind: 'refused', reason: 'What was queued is no event.' };
  let content;
  try {
    content = contents.contentOfText(event.response, wireVersion, () => ({
      response: StreamResponse.fromJSON(JSON.parse(event.response)),
      task: event.task === '' ? undefined : Task.fromJSON(JSON.parse(event.task)),
    }));
  } catch (error) {
    onError(error);
    return { kind: 'refused', reason: 'The event could not be serialized for this webhook.' };
  }
  try {
    const request = await requests.requestOf({
      id: webhookIdOf(delivery),
      timestampSeconds: Math.floor(runtime.wallClock() / 1000),
      content,
      config,
      scope: task.scope,
    });
    return 'kind' in request ? request : await poster.post(request, until);
  } catch (error) {
    onError(error);
    return { kind: 'retry', reason: 'The request could not be made.' };
  }
}
