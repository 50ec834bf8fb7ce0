import type { StreamResponse, Task } from '@a2a-js/sdk';
import type { PushNotificationSender, ServerCallContext } from '@a2a-js/sdk/server';

import { type EventId, eventIdOf, eventIdText } from '../../event-ids/event-id.ts';
import { LruMap } from '../../shared/lru-map.ts';
import { TaskTurns } from './task-turns.ts';

/** Requests that hear one event do so at about the same time: so many later events are enough to remember it. */
const MOST_REMEMBERED = 10_000;

/** What a webhook is told. */
export interface Notification {
  readonly response: StreamResponse;
  readonly context: ServerCallContext;
  readonly task: Task | undefined;
}

/**
 * A sender that tells webhooks of each event once. The request handler sends each event once for every
 * request that hears it, on every replica. Here only the process that published an event sends it: when the
 * event is stored, whether or not a request still hears it; with a store that does not take events from
 * their publisher, at the first request that asks for it. Whoever ends a task for others sends that end.
 *
 * Events of a task go one after the other: a sender that looks up its configs first, as the SDK's does,
 * would let them overtake one another.
 */
export class DistributedSender implements PushNotificationSender {
  readonly #sender: PushNotificationSender;
  readonly #isOwn: (publisher: string) => boolean;
  readonly #sent = new LruMap<true>(MOST_REMEMBERED);
  readonly #turns: TaskTurns;

  /**
   * @param isOwn Whether this process is the publisher of an event.
   * @param turns Keeps the events of a task in order, also beside other senders that share it.
   */
  constructor(
    sender: PushNotificationSender,
    isOwn: (publisher: string) => boolean,
    turns: TaskTurns = new TaskTurns(),
  ) {
    this.#sender = sender;
    this.#isOwn = isOwn;
    this.#turns = turns;
  }

  async send(response: StreamResponse, context: ServerCallContext, task?: Task): Promise<void> {
    const eventId = eventIdOfResponse(response, task);
    if (eventId !== undefined && !(this.#isOwn(eventId.publisher) && this.#isFirst(eventId)))
      return;
    await this.#turns.take(task?.id ?? '', async () => this.#sender.send(response, context, task));
  }

  /**
   * Sends an event that this process has stored, after those for which this was called before.
   *
   * @param notification Called when the event's turn has come.
   */
  async sendStored(
    taskId: string,
    eventId: EventId,
    notification: () => Notification | Promise<Notification>,
  ): Promise<void> {
    if (!this.#isFirst(eventId)) return;
    await this.#turns.take(taskId, async () => {
      const { response, context, task } = await notification();
      await this.#sender.send(response, context, task);
    });
  }

  #isFirst(eventId: EventId): boolean {
    const text = eventIdText(eventId);
    if (this.#sent.has(text)) return false;
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
