import type { Message, Task } from '@a2a-js/sdk';
import type { RequestContext, ServerCallContext } from '@a2a-js/sdk/server';

import { contextOfScope } from '../../shared/scope.ts';
import type { EventId, IdentifiedEvent } from '../../event-ids/event-id.ts';
import type { EventFate, EventWritingStore } from '../../event-ids/event-writing-store.ts';
import { requireFit } from '../../redis/packed-arguments.ts';
import type { CompanionCall } from '../../redis/script-companion.ts';
import type { PublishRoute } from '../../layout/publish-route.ts';
import type { ScriptRunner } from '../../redis/script-runner.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
import { isEnd, statusOf } from '../events/end-status.ts';
import type { EventBatch, EventTransport, SendOutcome } from '../events/event-transport.ts';
import type { BusServices } from './bus-services.ts';
import type { EventOutcome } from './outbox.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { taskIdOf } from '../events/task-of-event.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** What is known of a request that executes a task: an executor that is not distributed tells its context only. */
export type ExecutingRequest = Pick<RequestContext, 'context'> &
  Partial<Pick<RequestContext, 'contextId' | 'userMessage' | 'task'>>;

/**
 * Sends the events of one run of a task: together with the task's record where the store takes them from
 * their publisher, so that what is announced is stored; otherwise alone, and the request handler stores
 * them some steps later.
 */
export class EventSender {
  readonly #task: TaskAddress;
  readonly #context: ServerCallContext;
  readonly #runner: ScriptRunner;
  readonly #route: PublishRoute;
  readonly #transport: Pick<EventTransport, 'sending' | 'keepLong'>;
  /** Whether the record of the task tells which events it holds. */
  readonly #isTracked: boolean;
  readonly #store: EventWritingStore | undefined;
  readonly #webhooks: Webhooks;
  /** The context of a request that executes the task. */
  #requestContext: ServerCallContext;
  readonly #userMessages: Message[] = [];
  /** The task as each execution was given it; `undefined` where there was none. */
  readonly #known: (Task | undefined)[] = [];
  readonly #knownMessages = new Set<string>();
  /** Each says that a request stores no more events. */
  readonly #requests: (() => void)[] = [];
  #hasLost = false;
  #hasToldEnd = false;
  /** What is not sent yet and is to be stored, by counter. */
  readonly #waiting = new Map<number, IdentifiedEvent>();
  /** Where requests store what they hear: what is not sent yet and ends the task, by counter. */
  readonly #ends = new Set<number>();

  constructor(
    task: TaskAddress,
    {
      runner,
      route,
      transport,
      trackingStore,
      eventStore,
      webhooks,
    }: Pick<
      BusServices,
      'runner' | 'route' | 'transport' | 'trackingStore' | 'eventStore' | 'webhooks'
    >,
  ) {
    this.#task = task;
    this.#context = contextOfScope(task.scope);
    this.#runner = runner;
    this.#route = route;
    this.#transport = transport;
    this.#isTracked = trackingStore !== undefined;
    this.#store = eventStore;
    this.#webhooks = webhooks;
    this.#requestContext = this.#context;
  }

  /**
   * Says what an execution began with.
   *
   * @param last The run, and its last event before that.
   */
  begin({ userMessage, task, context }: ExecutingRequest, last: EventId): void {
    if (userMessage !== undefined) {
      this.#userMessages.push(userMessage);
      this.#knownMessages.add(userMessage.messageId);
    }
    this.#known.push(task);
    this.#requestContext = context;
    const end = this.#store?.beginEvents(this.#task.taskId, context, last);
    if (end !== undefined) this.#requests.push(end);
  }

  /** No request stores events any more. */
  endRequests(): void {
    for (const end of this.#requests.splice(0)) end();
  }

  /** Whether an event was given up. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** An event is given up that cannot be written. */
  lose(): void {
    this.#hasLost = true;
  }

  /**
   * Announces an event that is going to be sent.
   *
   * @returns Says what became of it, whether requests have heard of it by then, and why it was lost where that is known:
   *   to be called once.
   */
  expect(
    published: IdentifiedEvent,
  ): (outcome: EventOutcome, byRequests: 'heard' | 'unheard', cause?: unknown) => void {
    const { eventId, event } = published;
    const store = this.#store;
    // An executor may publish events of another task: who listens stores them.
    if (taskIdOf(event) !== this.#task.taskId) return () => {};
    if (store === undefined) return this.#expectAlone(published);
    this.#waiting.set(eventId.counter, published);
    for (const { messageId } of messagesOf(event)) this.#knownMessages.add(messageId);
    const settle = store.expectEvent(this.#task.taskId, this.#context, eventId);
    return (outcome, byRequests, cause) => {
      this.#waiting.delete(eventId.counter);
      this.#hasLost ||= outcome === 'lost';
      // Of what requests have heard, only an end contradicts the one that others gave.
      const isContradicted = byRequests === 'heard' && isTerminal(statusOf(event));
      settle(outcome === 'fenced' && !isContradicted ? 'dropped' : FATES[outcome], cause);
    };
  }

  /** Announces an event that is sent without the record of its task. */
  #expectAlone({ eventId: { counter }, event }: IdentifiedEvent): () => void {
    if (!isTerminal(statusOf(event))) return () => {};
    this.#ends.add(counter);
    return () => {
      this.#ends.delete(counter);
    };
  }

  /** Safe to repeat: what was accepted before is not sent again. */
  async send(batch: EventBatch): Promise<SendOutcome> {
    const publish = await this.#route.find();
    const sending = (given: EventBatch, endsTask: boolean): CompanionCall =>
      this.#transport.sending(this.#task, endsTask ? { ...given, mode: 'e' } : given, publish);
    const events = batch.bodies.flatMap(
      (_, index) => this.#waiting.get(batch.firstCounter + index) ?? [],
    );
    if (this.#store !== undefined && events.length > 0) {
      const written = await this.#store.writeEvents(this.#task.taskId, this.#context, {
        events,
        userMessages: this.#userMessages,
        known: this.#known,
        knownMessages: this.#knownMessages,
        companion: (endsTask) => sending(batch, endsTask),
        onStored: (taskAfter) => {
          this.#tell(events, taskAfter);
        },
      });
      if (written.outcome === 'written') return 'accepted';
      if (written.outcome === 'refused') return outcomeOf(written.reason);
    }
    const endsTask = batch.bodies.some((_, index) => this.#ends.has(batch.firstCounter + index));
    const outcome = await runAlone(this.#runner, sending(await this.#sendable(batch), endsTask));
    // They changed nothing, or were stored by a call that got no reply.
    if (outcome === 'accepted') this.#tell(events, () => undefined);
    return outcome;
  }

  /** What is sent of a batch without the record of its task. */
  async #sendable(batch: EventBatch): Promise<EventBatch> {
    const of = `An event of task ${JSON.stringify(this.#task.taskId)}`;
    requireFit(batch.bodies, () => of);
    return this.#isTracked
      ? batch
      : ((await this.#transport.keepLong?.(this.#task, batch)) ?? batch);
  }

  #tell(
    events: readonly IdentifiedEvent[],
    taskAfter: (counter: number) => Task | undefined,
  ): void {
    const { taskId } = this.#task;
    const context = this.#requestContext;
    for (const { eventId, event } of events) {
      // As requests, which hear nothing after it; another execution may go on on the same bus.
      if (this.#hasToldEnd) return;
      this.#hasToldEnd = isEnd(event);
      this.#webhooks.tell({
        eventId,
        event,
        taskId,
        context,
        taskAfter: () => taskAfter(eventId.counter),
      });
    }
  }
}

/** Sends events without the record of their task. */
export async function sendAlone(
  { runner, route, transport }: Pick<BusServices, 'runner' | 'route' | 'transport'>,
  task: TaskAddress,
  batch: EventBatch,
): Promise<SendOutcome> {
  const publish = await route.find();
  return runAlone(runner, transport.sending(task, batch, publish));
}

async function runAlone(
  runner: ScriptRunner,
  { companion, keys, args }: CompanionCall,
): Promise<SendOutcome> {
  return outcomeOf(await runner.run(companion.alone, keys, args));
}

/** What a script says became of a batch. */
function outcomeOf(reply: unknown): SendOutcome {
  switch (reply) {
    case 'fenced':
    case 'over':
    case 'ended':
    case 'busy':
      return reply;
    default:
      return 'accepted';
  }
}

const FATES: Readonly<Record<EventOutcome, EventFate>> = {
  accepted: 'written',
  lost: 'lost',
  fenced: 'refused',
  late: 'dropped',
};

/** The messages that an event brings into the history of its task. */
function messagesOf(event: IdentifiedEvent['event']): readonly Message[] {
  const said = statusOf(event)?.message;
  const history = event.kind === 'task' ? event.data.history : [];
  return said === undefined ? history : [...history, said];
}
