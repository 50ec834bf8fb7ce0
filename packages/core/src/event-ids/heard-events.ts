import type { StreamResponse, Task, TaskStatus } from '@a2a-js/sdk';
import type { AgentExecutionEvent, ServerCallContext } from '@a2a-js/sdk/server';

import type { EventId, IdentifiedEvent } from './event-id.ts';

/** How many events are kept of a request that does not tell of them: as many as it may be behind. */
const MOST_UNTOLD = 10_000;
/** How many requests of one context are known at once that have heard of events, and not told of all. */
const MOST_REQUESTS = 1000;

/** By context, the requests that have heard of events, and not told of all. */
const requests = new WeakMap<ServerCallContext, Set<HeardEvents>>();

/**
 * The events that one request has heard and not told webhooks of yet, in their order: for a store that does not read
 * event ids, so that nothing of an event may bear one. The request handler tells of each event once it has stored it.
 */
export class HeardEvents {
  readonly #context: ServerCallContext;
  readonly #untold: IdentifiedEvent[] = [];

  /** @param context As whom the request tells. */
  constructor(context: ServerCallContext) {
    this.#context = context;
  }

  /** The request hears an event. */
  add(event: AgentExecutionEvent, eventId: EventId): void {
    if (event.kind === 'message') return;
    const ofContext = requests.get(this.#context) ?? new Set();
    requests.set(this.#context, ofContext);
    if (ofContext.size >= MOST_REQUESTS && !ofContext.has(this)) {
      for (const oldest of ofContext) {
        ofContext.delete(oldest);
        break;
      }
    }
    ofContext.add(this);
    if (this.#untold.length >= MOST_UNTOLD) this.#untold.shift();
    this.#untold.push({ eventId, event });
  }

  /** The first event that is what the request tells of; what it heard before that, it tells nothing of. */
  find(response: StreamResponse, task: Task | undefined): IdentifiedEvent | undefined {
    return this.#untold.find(({ event }) => isTold(event, response, task));
  }

  /** The request has told of an event. */
  told(event: IdentifiedEvent): void {
    this.#untold.splice(0, this.#untold.indexOf(event) + 1);
    if (this.#untold.length === 0) requests.get(this.#context)?.delete(this);
  }
}

/**
 * Which event a request tells of, by what it has heard; `undefined` where that is not known. Each that it heard is found
 * once.
 *
 * @param task The task as the request has it.
 */
export function takeHeardEvent(
  response: StreamResponse,
  context: ServerCallContext,
  task: Task | undefined,
): EventId | undefined {
  for (const request of requests.get(context) ?? []) {
    const found = request.find(response, task);
    if (found === undefined) continue;
    request.told(found);
    return found.eventId;
  }
  return undefined;
}

/** Whether a response is what the request handler makes of an event. */
function isTold(
  event: AgentExecutionEvent,
  { payload }: StreamResponse,
  task: Task | undefined,
): boolean {
  // Of a task event, it tells what is stored by then, and has a clone of the event with what was stored before.
  if (payload?.$case === 'task') {
    const stored = task ?? payload.value;
    return (
      event.kind === 'task' &&
      event.data.id === stored.id &&
      isSame(event.data.status, stored.status)
    );
  }
  return payload?.value === event.data;
}

/** Whether two statuses are one, as far as can be told of a clone. */
function isSame(one: TaskStatus | undefined, other: TaskStatus | undefined): boolean {
  return (
    one?.state === other?.state &&
    one?.timestamp === other?.timestamp &&
    one?.message?.messageId === other?.message?.messageId
  );
}
