import type { StreamResponse, Task } from '@a2a-js/sdk';
import type { PushNotificationSender, ServerCallContext } from '@a2a-js/sdk/server';

import {
  dropArtifactEventId,
  dropEventId,
  dropTaskEventIds,
  type EventId,
  eventIdOf,
  eventIdText,
} from '../../event-ids/event-id.ts';
import { eventIdBroughtBy } from '../../event-ids/brought-by.ts';
import { takeHeardEvent } from '../../event-ids/heard-events.ts';
import { LruMap } from '../../shared/lru-map.ts';
import { type Scope, type ScopeResolver, scopeSegment } from '../../shared/scope.ts';
import { taskIdOfResponse } from '../../event-ids/task-of-response.ts';
import { withPresentConfigs } from './event-configs.ts';
import { type DurablePushNotificationSender, isDurableSender } from './durable-sender.ts';
import type { TaskTurns } from '../../shared/task-turns.ts';

/** Requests that hear one event do so at about the same time: so many later events are enough to remember it. */
const MOST_REMEMBERED = 10_000;

/** What a webhook is told. */
export interface Notification {
  readonly response: StreamResponse;
  readonly context: ServerCallContext;
  readonly task: Task | undefined;
}

/** What the senders of one manager have in common. */
export interface SenderParts {
  /** Whether this process is the publisher of an event. */
  readonly isOwn: (publisher: string) => boolean;
  readonly resolveScope: ScopeResolver;
  /** Keeps the events of a task in order, also beside other senders that share it. */
  readonly turns: TaskTurns;
  /**
   * Does what fails while Redis is away again, for as long as an event is tried: what a durable sender does not get, it
   * would take for what it has once it gets the next.
   */
  readonly persist: (work: () => Promise<void>) => Promise<void>;
}

/**
 * A sender that tells webhooks of each event once. The request handler sends each event once for every
 * request that hears it, on every replica. Here only the process that published an event sends it: when the
 * event is stored, whether or not a request still hears it; with a store that does not take events from
 * their publisher, at the first request that asks for it. Whoever ends a task for others sends that end.
 *
 * Events of a task go one after the other: a sender that looks up its configs first, as the SDK's does,
 * would let them overtake one another. Those of different tasks, tenants and owners wait for nothing of each other.
 */
export class DistributedSender implements PushNotificationSender {
  readonly #sender: PushNotificationSender;
  readonly #parts: SenderParts;
  readonly #sent = new LruMap<true>(MOST_REMEMBERED);

  constructor(sender: PushNotificationSender, parts: SenderParts) {
    this.#sender = sender;
    this.#parts = parts;
  }

  async send(response: StreamResponse, context: ServerCallContext, task?: Task): Promise<void> {
    const eventId = eventIdOfResponse(response, task) ?? takeHeardEvent(response, context, task);
    // As a rule neither bears one any more.
    dropResponseEventId(response);
    if (task !== undefined) dropTaskEventIds(task);
    const isOurs =
      eventId === undefined || (this.#parts.isOwn(eventId.publisher) && this.#isFirst(eventId));
    if (!isOurs) return;
    const notification = { response, context, task };
    await this.#take(taskIdOfResponse(response), context, eventId, () => notification);
  }

  /**
   * Sends an event that this process has stored, after those for which this was called before.
   *
   * @param context Whose task it is.
   * @param notification Called when the event's turn has come.
   */
  async sendStored(
    taskId: string,
    context: ServerCallContext,
    eventId: EventId,
    notification: () => Notification | Promise<Notification>,
  ): Promise<void> {
    if (this.#isFirst(eventId)) await this.#take(taskId, context, eventId, notification);
  }

  /** The sender, where it keeps what it is given. */
  get durable(): DurablePushNotificationSender | undefined {
    return isDurableSender(this.#sender) ? this.#sender : undefined;
  }

  async #take(
    taskId: string,
    context: ServerCallContext,
    eventId: EventId | undefined,
    notification: () => Notification | Promise<Notification>,
  ): Promise<void> {
    const { turns, resolveScope, persist } = this.#parts;
    const { durable } = this;
    const isOfTask = taskId !== '';
    const sender = isOfTask ? withPresentConfigs(this.#sender, taskId, context) : this.#sender;
    // What is of no task has nobody to be told, and waits for nothing.
    const task = isOfTask ? turnOf(resolveScope(context), taskId) : undefined;
    await turns.take(task, async () => {
      const { response, task: after, context: asWhom } = await notification();
      if (durable === undefined || eventId === undefined) {
        await sender.send(response, asWhom, after);
      } else {
        await persist(async () => durable.sendEvent(eventId, response, asWhom, after));
      }
    });
  }

  #isFirst(eventId: EventId): boolean {
    const text = eventIdText(eventId);
    if (this.#sent.has(text)) return false;
    this.#sent.set(text, true);
    return true;
  }
}

/** In whose turn a task is told of. */
export function turnOf(scope: Scope, taskId: string): string {
  return `${scopeSegment(scope)}:${taskId}`;
}

/**
 * Which event a response brings, where its bus gives events ids; those without one are all sent.
 *
 * @param task The task as the request has it: of a task event the response is what the store holds, which need
 *   not tell.
 */
function eventIdOfResponse(
  { payload }: StreamResponse,
  task: Task | undefined,
): EventId | undefined {
  switch (payload?.$case) {
    case 'task':
      return idOf(payload.value) ?? (task && idOf(task));
    case 'statusUpdate':
      return idOf(payload.value, payload.value.status);
    case 'artifactUpdate':
      return idOf(payload.value, payload.value.artifact);
    case 'message':
    case undefined:
    default:
      return undefined;
  }
}

function idOf(value: object, bearer: object | undefined = value): EventId | undefined {
  return eventIdBroughtBy(value) ?? (bearer && eventIdOf(bearer));
}

function dropResponseEventId({ payload }: StreamResponse): void {
  if (payload?.$case === 'task') dropTaskEventIds(payload.value);
  else if (payload?.$case === 'statusUpdate') dropEventId(payload.value.status ?? {});
  else if (payload?.$case === 'artifactUpdate' && payload.value.artifact !== undefined) {
    dropArtifactEventId(payload.value.artifact);
  }
}
