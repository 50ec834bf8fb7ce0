import type { ListTasksRequest, Task } from '@a2a-js/sdk';
import { TaskState } from '@a2a-js/sdk';
import type { ServerCallContext } from '@a2a-js/sdk/server';
import * as fc from 'fast-check';
import { describe, test } from 'vitest';

import {
  artifact,
  CONTEXT_IDS,
  message,
  metadata,
  part,
  status,
  task,
  TASK_IDS,
} from './arbitraries.ts';
import { contextOf, statusAt } from './fixtures.ts';
import { StorePair } from './store-pair.ts';
import type { MakeTaskStore } from './subject.ts';

const CONTEXTS: readonly ServerCallContext[] = [
  contextOf(),
  contextOf({ tenant: 'acme', userName: 'ann' }),
  contextOf({ tenant: 'acme:ann' }),
];

interface Place {
  readonly id: string;
  readonly context: number;
}

/** Changes a loaded task as the SDK's result manager and applications do. */
type Change = (task: Task) => void;

type Call =
  | { readonly method: 'load' | 'save loaded again'; readonly place: Place }
  | { readonly method: 'save another'; readonly place: Place; readonly task: Task }
  | { readonly method: 'save loaded'; readonly place: Place; readonly changes: readonly Change[] }
  | { readonly method: 'list'; readonly place: Place; readonly request: Partial<ListTasksRequest> };

const place: fc.Arbitrary<Place> = fc.record({
  id: fc.constantFrom(...TASK_IDS),
  context: fc.constantFrom(0, 0, 0, 1, 2),
});

const change: fc.Arbitrary<Change> = fc.oneof(
  // Chunks of a stream are what tasks are mostly made of.
  named(fc.array(part, { maxLength: 3 }), 'append', (parts) => (loaded) => {
    loaded.artifacts.at(-1)?.parts.push(...structuredClone(parts));
  }),
  named(artifact, 'put artifact', (value) => (loaded) => {
    const at = loaded.artifacts.findIndex(({ artifactId }) => artifactId === value.artifactId);
    loaded.artifacts.splice(at === -1 ? loaded.artifacts.length : at, 1, structuredClone(value));
  }),
  named(fc.nat(2), 'remove artifact', (index) => (loaded) => {
    loaded.artifacts.splice(index, 1);
  }),
  named(fc.nat(3), 'cut parts', (length) => (loaded) => {
    for (const { parts } of loaded.artifacts) parts.splice(length);
  }),
  named(status, 'status', (value) => (loaded) => {
    loaded.status = structuredClone(value);
  }),
  named(message, 'message', (value) => (loaded) => {
    const has = loaded.history.some(({ messageId }) => messageId === value.messageId);
    if (!has) loaded.history.push(structuredClone(value));
  }),
  named(fc.array(message, { maxLength: 3 }), 'history', (history) => (loaded) => {
    loaded.history = structuredClone(history);
  }),
  named(metadata, 'metadata', (value) => (loaded) => {
    loaded.metadata = value && { ...loaded.metadata, ...structuredClone(value) };
  }),
  named(fc.constantFrom(...CONTEXT_IDS), 'context', (contextId) => (loaded) => {
    loaded.contextId = contextId;
  }),
);

/** A counterexample shows the change by its name and value. */
function named<T>(
  values: fc.Arbitrary<T>,
  name: string,
  toChange: (value: T) => Change,
): fc.Arbitrary<Change> {
  return values.map((value) =>
    Object.assign(toChange(value), { [fc.toStringMethod]: () => `${name} ${fc.stringify(value)}` }),
  );
}

const request: fc.Arbitrary<Partial<ListTasksRequest>> = fc.record(
  {
    contextId: fc.constantFrom(...CONTEXT_IDS, 'three'),
    status: fc.constantFrom(
      TaskState.TASK_STATE_UNSPECIFIED,
      TaskState.TASK_STATE_WORKING,
      TaskState.TASK_STATE_COMPLETED,
    ),
    statusTimestampAfter: fc.constantFrom(-1, 0, 1, 2, 500_000).map((ms) => statusAt(ms).timestamp),
    pageSize: fc.integer({ min: 1, max: 5 }),
    includeArtifacts: fc.boolean(),
  },
  { requiredKeys: [] },
);

const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ method: fc.constant('save another' as const), place, task }),
  },
  { weight: 2, arbitrary: fc.record({ method: fc.constant('load' as const), place }) },
  {
    weight: 6,
    arbitrary: fc.record({
      method: fc.constant('save loaded' as const),
      place,
      changes: fc.array(change, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ method: fc.constant('save loaded again' as const), place }) },
  { weight: 3, arbitrary: fc.record({ method: fc.constant('list' as const), place, request }) },
);

/**
 * Declares a test that makes random calls to the store and to the SDK's in-memory store side by side
 * and compares every answer. It keeps to what both mean alike: a task that was loaded is not saved
 * from elsewhere meanwhile, and leaves no terminal state.
 *
 * @param runs How many sequences of up to 60 calls to make.
 */
export function describeEqualAnswers(name: string, makeStore: MakeTaskStore, runs: number): void {
  describe(`${name} and InMemoryTaskStore`, () => {
    test(`give equal answers to ${runs} sequences of random calls`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(call, { minLength: 20, maxLength: 60 }), async (calls) => {
          const player = new Player(new StorePair(await makeStore()));
          for (const step of calls) await player.play(step);
          await player.compareAll();
        }),
        { numRuns: runs },
      );
    });
  });
}

class Player {
  readonly #pair: StorePair;
  /** The tasks that were loaded and have not been written from elsewhere since. */
  readonly #held = new Map<string, [Task, Task]>();

  constructor(pair: StorePair) {
    this.#pair = pair;
  }

  async play(step: Call): Promise<void> {
    const context = CONTEXTS[step.place.context] ?? contextOf();
    const name = `${step.place.context} ${step.place.id}`;
    switch (step.method) {
      case 'load':
        await this.#load(name, step.place.id, context);
        break;
      case 'save another': {
        // A store may take an unrelated object for a change of what was loaded last.
        if (this.#held.has(name)) await this.#load(name, step.place.id, context);
        const reachable = await this.#pair.reachable(step.task.status, step.place.id, context);
        await this.#save(
          [0, 1].map(() => structuredClone({ ...step.task, id: step.place.id, status: reachable })),
          context,
        );
        this.#held.delete(name);
        break;
      }
      case 'save loaded': {
        const held = this.#held.get(name) ?? (await this.#load(name, step.place.id, context));
        if (held === undefined) break;
        for (const loaded of held) for (const apply of step.changes) apply(loaded);
        const reachable = await this.#pair.reachable(held[1].status, step.place.id, context);
        for (const loaded of held) loaded.status = structuredClone(reachable);
        await this.#save(held, context);
        break;
      }
      case 'save loaded again':
        await this.#save(this.#held.get(name) ?? [], context);
        break;
      case 'list':
        await this.#pair.list(step.request, context);
        break;
    }
  }

  async compareAll(): Promise<void> {
    for (const context of CONTEXTS) {
      for (const id of TASK_IDS) await this.#pair.load(id, context);
      await this.#pair.list({ includeArtifacts: true, pageSize: 2 }, context);
    }
  }

  async #load(
    name: string,
    id: string,
    context: ServerCallContext,
  ): Promise<[Task, Task] | undefined> {
    const loaded = await this.#pair.load(id, context);
    if (loaded === undefined) this.#held.delete(name);
    else this.#held.set(name, loaded);
    return loaded;
  }

  async #save(tasks: readonly Task[], context: ServerCallContext): Promise<void> {
    const [mine, expected] = tasks;
    if (mine === undefined || expected === undefined) return;
    await this.#pair.store.save(mine, context);
    await this.#pair.reference.save(expected, context);
  }
}
