import { setTimeout as sleep } from 'node:timers/promises';

import { Message, type Task, TaskState } from '@a2a-js/sdk';
import {
  AgentEvent,
  type AgentExecutionEvent,
  ResultManager,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import { describe, expect, it, vi } from 'vitest';

import { eventIdBroughtBy } from './brought-by.ts';
import { dropTaskEventIds, eventIdOf } from './event-id.ts';
import { copySavedWith, noteLoaded, RequestCopies } from './request-copies.ts';

const IDS = { taskId: 't', contextId: 'c' };
const idOf = (counter: number): { publisher: string; counter: number } => ({
  publisher: 'p',
  counter,
});

function task(state = TaskState.TASK_STATE_WORKING): AgentExecutionEvent {
  const value = { state, message: undefined, timestamp: undefined };
  const nothing = { artifacts: [], history: [], metadata: undefined };
  return AgentEvent.task({ id: 't', contextId: 'c', status: value, ...nothing });
}

function status(state: TaskState): AgentExecutionEvent {
  const value = { state, message: undefined, timestamp: undefined };
  return AgentEvent.statusUpdate({ ...IDS, status: value, metadata: undefined });
}

function chunk(texts: readonly string[], append = true): AgentExecutionEvent {
  const parts = texts.map((value) => ({
    content: { $case: 'text' as const, value },
    mediaType: '',
    filename: '',
    metadata: undefined,
  }));
  const artifact = { artifactId: 'a', name: 'n', description: '', parts, extensions: [] };
  const update = { ...IDS, artifact: { ...artifact, metadata: undefined }, append };
  return AgentEvent.artifactUpdate({ ...update, lastChunk: false, metadata: undefined });
}

/** Saves as our stores do, and notes which event each save brings. */
class NotingStore {
  readonly saved: number[] = [];
  stored: Task | undefined;
  /** What a store of others waits for that wraps this one. */
  before: () => Promise<void> = async () => {};

  async load(id: string, context: ServerCallContext): Promise<Task | undefined> {
    await this.before();
    const loaded = structuredClone(this.stored);
    noteLoaded(id, context, loaded);
    return loaded;
  }

  async save(saved: Task, context: ServerCallContext): Promise<void> {
    await this.before();
    const onSaved = copySavedWith(saved, context);
    this.saved.push(counterIn(saved));
    await this.before();
    dropTaskEventIds(saved);
    this.stored = structuredClone(saved);
    onSaved?.();
  }

  async list(): Promise<never> {
    return Promise.reject(new TypeError('Nothing is to be listed.'));
  }
}

/** The counter of the event that a task brings; 0 for none. */
function counterIn({ status: present, artifacts, ...rest }: Task): number {
  const values: readonly object[] = [
    rest,
    ...(present === undefined ? [] : [present]),
    ...artifacts.flatMap((artifact) => [artifact, ...artifact.parts]),
  ];
  return Math.max(...values.map((value) => eventIdOf(value)?.counter ?? 0));
}

const EVENTS = [
  task(),
  status(TaskState.TASK_STATE_WORKING),
  chunk(['1', '2']),
  chunk(['3']),
  chunk([]),
  chunk(['4', '5'], false),
  status(TaskState.TASK_STATE_COMPLETED),
];
const COUNTERS = [1, 2, 3, 4, 0, 6, 7];

/** A request that hears events, and how it saves them. */
class Request {
  readonly context: ServerCallContext;
  readonly results: ResultManager;
  readonly copies: RequestCopies;

  constructor(store: NotingStore, context: ServerCallContext = new ServerCallContext()) {
    this.context = context;
    this.results = new ResultManager(store, context);
    this.copies = new RequestCopies(context);
  }

  hear(events: readonly AgentExecutionEvent[]): AgentExecutionEvent[] {
    return events.map((event, index) => this.copies.copyOf(event, idOf(index + 1)));
  }
}

/** What is in a value, whether or not it is plain. */
function propertiesOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(Object.getOwnPropertyDescriptors(value)).map(([name, descriptor]) => [
    name,
    { ...descriptor, value: propertiesOf(descriptor.value) },
  ]);
}

describe('RequestCopies', () => {
  it('gives the store the id of each event, and the request handler what was published', async () => {
    const store = new NotingStore();
    const request = new Request(store);
    for (const [index, copy] of request.hear(EVENTS).entries()) {
      expect(JSON.stringify(copy)).toContain('a2a-redis:event');
      await request.results.processEvent(copy);
      expect(propertiesOf(copy)).toEqual(propertiesOf(EVENTS[index]));
      expect(eventIdBroughtBy(copy.data)).toEqual(idOf(index + 1));
      expect(JSON.stringify(request.results.getFinalResult())).not.toContain('a2a-redis');
    }
    expect(store.saved).toEqual(COUNTERS);
  });

  it('tells which task event a request handler loads a task to tell of', async () => {
    const store = new NotingStore();
    const request = new Request(store);
    const [first, second] = request.hear([task(), status(TaskState.TASK_STATE_WORKING)]);
    if (first === undefined || second === undefined) throw new Error('too few');
    const told = async (context: ServerCallContext): Promise<unknown> => {
      const loaded = await store.load('t', context);
      return loaded && eventIdBroughtBy(loaded);
    };
    await request.results.processEvent(first);
    expect(await told(new ServerCallContext())).toBeUndefined();
    expect(await told(request.context)).toEqual(idOf(1));
    await request.results.processEvent(second);
    expect(await told(request.context)).toBeUndefined();
  });

  it.each([
    ['with contexts of their own', false, async (): Promise<void> => {}],
    ['with one context', true, async (): Promise<void> => {}],
    ['and a store that waits before it asks', true, async (): Promise<void> => sleep(1)],
  ])('gives each of several requests its own, %s', async (_how, isShared, before) => {
    const store = new NotingStore();
    store.before = before;
    const context = new ServerCallContext();
    const all = Array.from({ length: 3 }, () => new Request(store, isShared ? context : undefined));
    await Promise.all(
      all.map(async (request) => {
        for (const [index, copy] of request.hear(EVENTS).entries()) {
          await request.results.processEvent(copy);
          expect(propertiesOf(copy)).toEqual(propertiesOf(EVENTS[index]));
        }
      }),
    );
    const sorted = store.saved.toSorted((a, b) => a - b);
    expect(sorted).toEqual(COUNTERS.flatMap((id) => [id, id, id]).toSorted((a, b) => a - b));
  });

  it.each([
    ['of no task', [status(TaskState.TASK_STATE_WORKING), chunk(['1'])], []],
    [
      'after an end',
      [
        task(TaskState.TASK_STATE_COMPLETED),
        status(TaskState.TASK_STATE_WORKING),
        status(TaskState.TASK_STATE_COMPLETED),
      ],
      [1, 3],
    ],
  ] as const)('leaves no id in what is %s, and so not saved', async (_name, events, saved) => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const store = new NotingStore();
    const request = new Request(store);
    const heard = request.hear(events);
    for (const copy of heard) await request.results.processEvent(copy);
    expect(JSON.stringify(heard)).not.toContain('a2a-redis');
    expect(store.saved).toEqual(saved);
    warn.mockRestore();
  });

  it('keeps little of a request that saves nothing', async () => {
    const store = new NotingStore();
    const request = new Request(store, new ServerCallContext());
    const events = [task(), ...Array.from({ length: 1000 }, () => chunk(['1']))];
    const [first, ...others] = request.hear(events);
    if (first === undefined) throw new Error('nothing');
    await request.results.processEvent(first);
    expect(JSON.stringify(first)).toContain('a2a-redis');
    for (const copy of others.slice(-1)) await request.results.processEvent(copy);
    expect(JSON.stringify(others.at(-1))).not.toContain('a2a-redis');
  });

  it('copies nothing that no task takes', () => {
    const copies = new RequestCopies(new ServerCallContext());
    const message = AgentEvent.message(Message.fromJSON({ messageId: 'm' }));
    const without = AgentEvent.statusUpdate({ ...IDS, status: undefined, metadata: undefined });
    expect(copies.copyOf(message, idOf(1))).toBe(message);
    expect(copies.copyOf(without, idOf(1))).toBe(without);
  });
});
