import type { StreamResponse, Task } from '@a2a-js/sdk';
import type { PushNotificationSender, ServerCallContext } from '@a2a-js/sdk/server';
import { LRUCache } from 'lru-cache';

import { type EventId, eventIdOf, eventIdText } from '../../event-ids/event-id.ts';

/** Requests that hear one event do so at about the same time: so many later events are enough to remember it. */
const MOST_REMEMBERED = 10_000;

/**
 * A sender that tells webhooks of each event once. The request handler sends each event once for every
 * request that hears it, on every replica. Here only the process that published an event sends it, at the
 * first request that asks for it; whoever ends the task of a replica that is gone sends that end.
 *
 * Events of a task go one after the other: a sender that looks up its configs first, as the SDK's does,
 * would let them overtake one another.
 */
export class DistributedSender implements PushNotificationSender {
  readonly #sender: PushNotificationSender;
  readonly #isOwn: (publisher: string) => boolean;
  readonly #sent = new LRUCache<string, true>({ max: MOST_REMEMBERED });
  readonly #tails = new Map<string, Promise<void>>();

  /** @param isOwn Whether this process is the publisher of an event. */
  constructor(sender: PushNotificationSender, isOwn: (publisher: string) => boolean) {
    this.#sender = sender;
    this.#isOwn = isOwn;
  }

  async send(response: StreamResponse, context: ServerCallContext, task?: Task): Promise<void> {
    const eventId = eventIdOfResponse(response, task);
    if (eventId !== undefined && !this.#isFirst(eventId)) return;
    const taskId = task?.id ?? '';
    const earlier = this.#tails.get(taskId) ?? Promise.resolve();
    const sending = earlier.then(async () => this.#sender.send(response, context, task));
    // One that fails tells its own caller, and keeps no later one from being sent.
    const tail = sending.catch(() => undefined);
    this.#tails.set(taskId, tail);
    try {
      await sending;
    } finally {
      if (this.#tails.get(taskId) === tail) this.#tails.delete(taskId);
    }
  }

  #isFirst(eventId: EventId): boolean {
    const text = eventIdText(eventId);
    if (!this.#isOwn(eventId.publisher) || this.#sent.has(text)) return false;
    this.#sent.set(text, true);
    return true;
  }
}

/**
 * Which event a response brings, where its bus gives events ids; those without one are all sent.
 *
 * @param task The task as the request has it. For a task event the response is what the store holds, and
 *   only this bears the event id.
 */
function eventIdOfResponse(
  { payload }: StreamResponse,
  task: Task | undefined,
): EventId | undefined {
  switch (payload?.$case) {
    case 'task':
      return eventIdOf(payload.value) ?? (task && eventIdOf(task));
    case 'statusUpdate':
      return payload.value.status && eventIdOf(payload.value.status);
    case 'artifactUpdate':
      return payload.value.artifact && eventIdOf(payload.value.artifact);
    case 'message':
    case undefined:
    default:
      return undefined;
  }
}
