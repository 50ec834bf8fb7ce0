import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import type { ServerCallContext } from '@a2a-js/sdk/server';
import { InMemoryPushNotificationStore } from '@a2a-js/sdk/server';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { configOf, contextOf, ODD_IDS } from './fixtures.ts';
import type { PushNotificationStoreCapabilities, StoreUnderTest, Subject } from './subject.ts';

const TASK_IDS = ['task', 'config', '{task}:*', '12345', 'null'];
const CONTEXTS: readonly ServerCallContext[] = [
  contextOf({ version: '1.0' }),
  contextOf({ version: '0.3', userName: 'ann' }),
  contextOf({ tenant: '', userName: 'ann:' }),
  contextOf({ tenant: 'ann', userName: '__proto__', version: '1.0' }),
];
// Some of a task's own id, which is what `delete` without a config id may mean.
const CONFIG_IDS = ['', 'a', 'b', ...TASK_IDS, ...ODD_IDS];

interface Place {
  readonly taskId: string;
  readonly context: ServerCallContext;
}

const place: fc.Arbitrary<Place> = fc.record({
  taskId: fc.constantFrom(...TASK_IDS),
  context: fc.constantFrom(...CONTEXTS),
});
const config = fc
  .record({
    id: fc.constantFrom(...CONFIG_IDS),
    tenant: fc.string({ maxLength: 5 }),
    url: fc.webUrl(),
    token: fc.oneof(
      { weight: 9, arbitrary: fc.string({ unit: 'binary' }) },
      { weight: 1, arbitrary: fc.constant('t'.repeat(10_000)) },
    ),
    authentication: fc.option(fc.record({ scheme: fc.string(), credentials: fc.string() }), {
      nil: undefined,
    }),
  })
  .map(configOf);

/** One call; a missing config id is one that is left out. */
type Call =
  | { readonly method: 'save'; readonly place: Place; readonly config: TaskPushNotificationConfig }
  | { readonly method: 'delete'; readonly place: Place; readonly configId?: string };

const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ method: fc.constant('save' as const), place, config }) },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        method: fc.constant('delete' as const),
        place,
        configId: fc.constantFrom(...CONFIG_IDS),
      },
      { requiredKeys: ['method', 'place'] },
    ),
  },
);

/** After any sequence of calls, the store answers as the SDK's in-memory store does. */
export function matchesTheInMemoryStore({ makeStore, capabilities }: Subject): void {
  describe('random calls', () => {
    test('have the answers of the in-memory store', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(call, { minLength: 50, maxLength: 150, size: 'max' }),
          async (calls) => {
            const store = await makeStore();
            const reference = new InMemoryPushNotificationStore();
            const expectSame = async ({ taskId, context }: Place): Promise<void> => {
              const expected = await reference.loadWithMetadata(taskId, context);
              expect(await store.loadWithMetadata(taskId, context)).toStrictEqual(expected);
            };
            for (const step of calls) {
              await applyToBoth(step, store, reference, capabilities);
              await expectSame(step.place);
            }
            for (const taskId of TASK_IDS) {
              for (const context of CONTEXTS) await expectSame({ taskId, context });
            }
          },
        ),
        { numRuns: 8 },
      );
    });
  });
}

async function applyToBoth(
  step: Call,
  store: StoreUnderTest,
  reference: InMemoryPushNotificationStore,
  capabilities: PushNotificationStoreCapabilities,
): Promise<void> {
  const { taskId, context } = step.place;
  if (step.method === 'save') {
    const saved = structuredClone(step.config);
    await store.save(taskId, context, saved);
    // The reference takes the id that the store made: both make random ones.
    await reference.save(taskId, context, structuredClone(saved));
  } else if (step.configId !== undefined) {
    await store.delete(taskId, context, step.configId);
    await reference.delete(taskId, context, step.configId);
  } else {
    await store.delete(taskId, context);
    const all = await reference.load(taskId, context);
    const removed =
      capabilities.deleteWithoutConfigId === 'all' ? all.map(({ id }) => id) : [taskId];
    for (const id of removed) await reference.delete(taskId, context, id);
  }
}
