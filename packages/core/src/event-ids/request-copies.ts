import type { Artifact, Task, TaskStatus } from '@a2a-js/sdk';
import type { AgentExecutionEvent, ServerCallContext } from '@a2a-js/sdk/server';

import { LruMap } from '../shared/lru-map.ts';
import { isTerminal, leavesTerminalState } from '../shared/state-kinds.ts';
import { type Brought, noteBroughtBy } from './brought-by.ts';
import { dropEventId, type EventId, textOfEventId, withEventId } from './event-id.ts';

type TaskEvent = Exclude<AgentExecutionEvent, { kind: 'message' }>;

/** A request's copy of an event, which it has not saved. */
interface RequestCopy extends Brought {
  /** Keeps them while there is a copy. */
  readonly copies: RequestCopies;
  readonly taskId: string;
  readonly event: TaskEvent;
  readonly published: AgentExecutionEvent;
}

/** Of how many tasks it is known which requests of one context hear of them. */
const MOST_TASKS = 1000;

/** How many copies are kept of a request that has not saved any: maybe it never will where that can be seen. */
const MOST_UNSAVED = 1000;

/** By context and task, the requests that hear of the task: many may share a context. */
const requests = new WeakMap<ServerCallContext, LruMap<readonly WeakRef<RequestCopies>[]>>();
let copyCount = 0;

/**
 * A task is about to be saved as somebody: finds the copy that it is saved with.
 *
 * @returns To be called once it is saved; `undefined` where no copy is known.
 */
export function copySavedWith(task: Task, context: ServerCallContext): (() => void) | undefined {
  const all = requestsOf(task.id, context);
  if (all.length === 0) return undefined;
  for (const copies of all) {
    const onSaved = copies.savedWith(task);
    if (onSaved !== undefined) return onSaved;
  }
  return () => {
    for (const copies of all) copies.savedNothing(task);
  };
}

/** A task was loaded as somebody; `undefined` where there is none. */
export function noteLoaded(
  taskId: string,
  context: ServerCallContext,
  task: Task | undefined,
): void {
  const all = requestsOf(taskId, context);
  if (task !== undefined) for (const copies of all) copies.loaded(task);
  // Of several, it is not known which one it is.
  else if (all.length === 1) all[0]?.foundNone(taskId);
}

function requestsOf(taskId: string, context: ServerCallContext): readonly RequestCopies[] {
  const known = requests.get(context)?.get(taskId) ?? [];
  return known.flatMap((each) => each.deref() ?? []);
}

/**
 * The copies that one request has of the events of a bus, in their order: each bears the event id until the request
 * has saved the task with it, or it is known that it does not. The request handler hands on what it has saved, and
 * by then it is as it was published.
 *
 * The result manager of the SDK loads the task, copies the event into it and saves it, and does so event by event, as
 * whom it was asked. Should it do otherwise, a copy keeps its id: that can be seen, and does no other harm.
 */
export class RequestCopies {
  readonly #context: ServerCallContext;
  readonly #tasks = new Set<string>();
  /** What is not saved, as it came. */
  readonly #waiting: RequestCopy[] = [];
  /** Whether it saves by a store of these packages, and as whom it is taken to. */
  #hasSaved = false;
  /** The task event that was saved last, of which the request handler loads the task to tell of it. */
  #told: Brought | undefined;

  /** @param context As whom the request loads and saves. */
  constructor(context: ServerCallContext) {
    this.#context = context;
  }

  /** A copy of an event, which shares with it all but what bears the id. An event that no task takes is not copied. */
  copyOf(published: AgentExecutionEvent, eventId: EventId): AgentExecutionEvent {
    copyCount += 1;
    const event = withEventId(published, eventId, copyCount);
    if (event === published || event.kind === 'message') return published;
    const taskId = event.kind === 'task' ? event.data.id : event.data.taskId;
    this.#enter(taskId);
    const copy = { copies: this, taskId, event, published, eventId };
    this.#hold(copy);
    noteBroughtBy(event.data, copy);
    return event;
  }

  /** See {@link copySavedWith}. */
  savedWith(task: Task): (() => void) | undefined {
    const copy = this.#waiting.find((each) => each.taskId === task.id && isIn(each, task));
    if (copy === undefined) return undefined;
    return () => {
      this.#hasSaved = true;
      // What came before it, the request has passed over.
      const passed = this.#waiting.splice(0, this.#waiting.indexOf(copy) + 1);
      for (const each of passed) bare(each);
      const { eventId, event } = copy;
      this.#told = event.kind === 'task' ? { eventId } : undefined;
      if (this.#told !== undefined) noteBroughtBy(task, this.#told);
    };
  }

  /** A task was saved with nothing that bears an id. */
  savedNothing(task: Task): void {
    const [next] = this.#waiting;
    if (next !== undefined && addsNothing(next, task)) this.#pass((each) => each === next);
  }

  /** A task was loaded. */
  loaded(task: Task): void {
    if (this.#told !== undefined) noteBroughtBy(task, this.#told);
    // A result manager saves no other status after an end, and there will never be another one.
    if (isTerminal(task.status)) {
      this.#pass(({ taskId, event }) => {
        const isStatus = event.kind === 'statusUpdate' && taskId === task.id;
        return isStatus && leavesTerminalState(task.status, event.data.status);
      });
    }
  }

  /** There is no task for what the request is at: it is not saved. */
  foundNone(taskId: string): void {
    const [next] = this.#waiting;
    if (next?.taskId === taskId && next.event.kind !== 'task') this.#pass((each) => each === next);
  }

  #hold(copy: RequestCopy): void {
    if (this.#waiting.length >= MOST_UNSAVED && !this.#hasSaved) this.#waiting.length = 0;
    this.#waiting.push(copy);
  }

  #pass(isPassed: (copy: RequestCopy) => boolean): void {
    for (const copy of this.#waiting.filter(isPassed)) {
      this.#waiting.splice(this.#waiting.indexOf(copy), 1);
      bare(copy);
    }
  }

  #enter(taskId: string): void {
    if (this.#tasks.has(taskId)) return;
    this.#tasks.add(taskId);
    const ofContext = requests.get(this.#context) ?? new LruMap(MOST_TASKS);
    requests.set(this.#context, ofContext);
    const others = ofContext.get(taskId)?.filter((each) => each.deref() !== undefined) ?? [];
    ofContext.set(taskId, [...others, new WeakRef(this)]);
  }
}

/** Whether a copy says something of an artifact that is there, to which it appends nothing that bears an id. */
function addsNothing({ event, taskId }: RequestCopy, task: Task): boolean {
  const artifact = event.kind === 'artifactUpdate' ? event.data.artifact : undefined;
  if (artifact?.parts.length !== 0 || taskId !== task.id) return false;
  return task.artifacts?.some(({ artifactId }) => artifactId === artifact.artifactId) ?? false;
}

/** Whether a task holds what a result manager puts there of this very copy. */
function isIn({ event }: RequestCopy, task: Task): boolean {
  switch (event.kind) {
    case 'task':
      return isSame(event.data, task);
    case 'statusUpdate':
      return isSame(event.data.status, task.status);
    case 'artifactUpdate': {
      const { artifact } = event.data;
      const held = task.artifacts?.find((each) => each.artifactId === artifact?.artifactId);
      return isSame(artifact, held) || isSame(artifact, held?.parts?.at(-1));
    }
    default:
      return event satisfies never;
  }
}

/** Whether what a task holds is a clone of what an event brings. */
function isSame(
  bearer: Artifact | Task | TaskStatus | undefined,
  held: object | null | undefined,
): boolean {
  if (!bearer || !held) return false;
  const text = textOfEventId(bearer);
  return text !== undefined && text === textOfEventId(held);
}

/** Makes a copy what was published. */
function bare({ event, published }: RequestCopy): void {
  if (event.kind === 'task') dropEventId(event.data);
  // The very values: without a property that it had, an object is slow.
  if (event.kind === 'statusUpdate' && published.kind === 'statusUpdate') {
    event.data.status = published.data.status;
  }
  if (event.kind === 'artifactUpdate' && published.kind === 'artifactUpdate') {
    event.data.artifact = published.data.artifact;
  }
}
