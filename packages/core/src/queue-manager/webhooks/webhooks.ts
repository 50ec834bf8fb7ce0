import type { StreamResponse, Task } from '@a2a-js/sdk';
import type {
  AgentExecutionEvent,
  PushNotificationSender,
  ServerCallContext,
} from '@a2a-js/sdk/server';

import { contextOfScope, type Scope } from '../../shared/scope.ts';
import {
  DistributedSender,
  type Notification,
  type SenderParts,
  turnOf,
} from './distributed-sender.ts';
import type { DurablePushNotificationSender } from './durable-sender.ts';
import type { IdentifiedEvent } from '../../event-ids/event-id.ts';
import { TaskTurns } from '../../shared/task-turns.ts';

/** An event that this process has stored. */
export interface StoredEvent extends IdentifiedEvent {
  readonly taskId: string;
  readonly context: ServerCallContext;
  /** The task as it was after the event, where that is known. */
  readonly taskAfter: () => Task | undefined | Promise<Task | undefined>;
  /** When a log took it: see `TransportedEvent`. Of an event that is told at once, absent. */
  readonly acceptedAt?: number | undefined;
}

/**
 * Tells webhooks of what this process stores: the events of a task in the order in which they were stored,
 * whether its own runs published them or it ended the task for others.
 */
export class Webhooks {
  readonly #parts: SenderParts;
  readonly #onError: (error: unknown) => void;
  readonly #senders: DistributedSender[] = [];
  readonly #forEnds: DistributedSender | undefined;

  /**
   * @param forEnds What tells of ends that this process gives to tasks; absent, the sender that was
   *   distributed first.
   */
  constructor(
    forEnds: PushNotificationSender | undefined,
    parts: Omit<SenderParts, 'turns'>,
    onError: (error: unknown) => void,
  ) {
    this.#parts = { ...parts, turns: new TaskTurns() };
    this.#forEnds = forEnds && new DistributedSender(forEnds, this.#parts);
    this.#onError = onError;
  }

  /** See `distributeSender` of the queue manager. */
  distribute(sender: PushNotificationSender): PushNotificationSender {
    const distributed = new DistributedSender(sender, this.#parts);
    this.#senders.push(distributed);
    return distributed;
  }

  /** Whether requests tell by a sender that was distributed. */
  get isDistributed(): boolean {
    return this.#senders.length > 0;
  }

  /** How many notifications are to be sent, or being sent. */
  get underWay(): number {
    return this.#parts.turns.underWay;
  }

  /** Resolves when there are none. */
  async settled(): Promise<void> {
    await this.#parts.turns.settled();
  }

  /** Whether some sender keeps what it is given, so that nothing that a log has need be lost to webhooks. */
  get isDurable(): boolean {
    return this.#durable().length > 0;
  }

  /** Resolves when a sender that keeps what it is given has all that it was told of a task so far. */
  async kept(scope: Scope, taskId: string): Promise<void> {
    if (this.isDurable) await this.#parts.turns.settledOf(turnOf(scope, taskId));
  }

  /**
   * Up to which counter all senders that keep what they are given have the events of a publisher.
   *
   * @returns `Infinity` where there is no such sender, or the task has no webhooks.
   */
  async keptUpTo(scope: Scope, taskId: string, publisher: string): Promise<number> {
    const context = contextOfScope(scope);
    const counters = this.#durable().map(async (sender) => {
      return sender.toldUpTo(taskId, context, publisher);
    });
    return Math.min(Infinity, ...(await Promise.all(counters)));
  }

  /** Tells senders that keep what they are given of an event that a log has. Resolves when they have it. */
  async tellLogged(stored: StoredEvent): Promise<void> {
    const { eventId, event, taskId, context, taskAfter, acceptedAt } = stored;
    const task = await taskAfter();
    // As it was published: the task may have gone on since.
    const response = responseOf(event, undefined);
    const { turns, resolveScope } = this.#parts;
    await turns.take(turnOf(resolveScope(context), taskId), async () => {
      for (const sender of this.#durable()) {
        await sender.sendEvent(eventId, response, context, task, acceptedAt);
      }
    });
  }

  /** Tells of an event that was published here. Called in the order in which events of a task are stored. */
  tell(stored: StoredEvent): void {
    for (const sender of this.#senders) this.#tellBy(sender, stored);
  }

  /** Tells of an end that this process gave to a task. */
  tellEnd(stored: StoredEvent): void {
    const sender = this.#forEnds ?? this.#senders[0];
    if (sender !== undefined) this.#tellBy(sender, stored);
  }

  #durable(): readonly DurablePushNotificationSender[] {
    const senders = [...this.#senders, ...(this.#forEnds === undefined ? [] : [this.#forEnds])];
    return [...new Set(senders.flatMap(({ durable }) => durable ?? []))];
  }

  #tellBy(sender: DistributedSender, stored: StoredEvent): void {
    sender
      .sendStored(stored.taskId, stored.context, stored.eventId, async () => notificationOf(stored))
      .catch(this.#onError);
  }
}

async function notificationOf({ event, context, taskAfter }: StoredEvent): Promise<Notification> {
  const task = await taskAfter();
  return { response: responseOf(event, task), context, task };
}

/** What the request handler makes of an event: of a task event, the whole task. */
function responseOf(event: AgentExecutionEvent, task: Task | undefined): StreamResponse {
  switch (event.kind) {
    case 'task':
      return { payload: { $case: 'task', value: task ?? event.data } };
    case 'statusUpdate':
      return { payload: { $case: 'statusUpdate', value: event.data } };
    case 'artifactUpdate':
      return { payload: { $case: 'artifactUpdate', value: event.data } };
    case 'message':
      return { payload: { $case: 'message', value: event.data } };
    default:
      return event satisfies never;
  }
}
