import { systemRuntime } from '@a2a-redis/core/shared';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { WebhookContents } from '../posting/webhook-content.ts';
import { WebhookRequests } from '../signing/webhook-requests.ts';
import { WebhookSigner } from '../signing/webhook-signer.ts';
import { DeliveryWorker } from './delivery-worker.ts';
import type { Claim } from './schedule.ts';
import type { WakeWord } from './wake-messages.ts';

const NOTHING: Claim = { tasks: [], isMoreDue: false, nextInMs: undefined };
const LIMITS = {
  concurrency: 4,
  concurrencyPerHost: 4,
  leaseMs: 30_000,
  lookMs: 30_000,
  retry: { baseMs: 5000, maxMs: 60_000, maxAttempts: 25, maxAgeMs: 600_000 },
};

let worker: DeliveryWorker;
let tell: (word: WakeWord) => void;
/** When the worker looked, in milliseconds since the test began, and whether others were to be told what is left. */
let looks: (readonly [number, boolean])[];
let answers: (Claim | Error)[];
let errors: unknown[];

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  [looks, answers, errors] = [[], [], []];
  const onError = (error: unknown): void => void errors.push(error);
  worker = new DeliveryWorker(
    {
      runtime: { ...systemRuntime, now: () => Date.now() },
      schedule: {
        claim: async (_count, _shares, _leaseMs, tells) => {
          looks.push([Date.now(), tells]);
          const answer = answers.shift() ?? NOTHING;
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
      queue: {
        take: async () => ({ deliveries: [], nextInMs: undefined }),
        finish: async () => 'stale',
      },
      configs: { load: async () => new Map() },
      messages: {
        listen: (onWord) => {
          tell = onWord;
        },
        close: async () => {},
      },
      poster: {
        post: async () => ({ kind: 'delivered', status: 204 }),
        refusalOf: () => undefined,
        close: async () => {},
      },
      contents: new WebhookContents(undefined),
      requests: new WebhookRequests(new WebhookSigner({}, '')),
      onError,
    },
    LIMITS,
  );
});
afterEach(async () => {
  await worker.close();
  vi.useRealTimers();
});

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

test('an idle worker calls Redis twice a minute, and no oftener', async () => {
  worker.start();
  await pass(600_000);
  expect(looks).toEqual(Array.from({ length: 21 }, (_, index) => [index * 30_000, true]));
  expect(errors).toEqual([]);
});

test('it looks at once when its process, or another one, has something due', async () => {
  worker.start();
  await pass(10_000);
  worker.wake();
  await pass(5000);
  tell('due');
  await pass(5000);
  tell('more');
  await pass(40_000);
  expect(looks.map(([at]) => at)).toEqual([0, 10_000, 15_000, 20_000, 50_000]);
});

test('it looks when something becomes due, the earliest first', async () => {
  answers = [{ ...NOTHING, nextInMs: 7000 }];
  worker.start();
  await pass(1000);
  worker.wake(2000);
  worker.wake(4000);
  await pass(30_000);
  // A millisecond later than the server said, so that it is not a part of one too early.
  expect(looks.map(([at]) => at)).toEqual([0, 3001]);
});

test('one that could not take all tells others once, and is told nothing of what they could not take', async () => {
  const left: Claim = { tasks: [], isMoreDue: true, nextInMs: undefined };
  answers = [left, left, NOTHING];
  worker.start();
  await pass(1000);
  tell('more');
  await pass(1000);
  tell('due');
  await pass(1000);
  tell('due');
  await pass(1000);
  tell('more');
  await pass(1000);
  expect(looks).toEqual([
    [0, true],
    [2000, false],
    [3000, false],
    [4000, true],
  ]);
});

test('a look that fails is made again a second later, and told', async () => {
  const fault = new Error('away');
  answers = [fault, fault];
  worker.start();
  await pass(10_000);
  expect(looks.map(([at]) => at)).toEqual([0, 1001, 2002]);
  expect(errors).toEqual([fault, fault]);
});

test('one that drains looks no more', async () => {
  worker.start();
  await pass(1000);
  expect(worker.isFree).toBe(true);
  await worker.drain();
  tell('due');
  await pass(60_000);
  expect(looks.map(([at]) => at)).toEqual([0]);
  expect(worker.isFree).toBe(false);
});
