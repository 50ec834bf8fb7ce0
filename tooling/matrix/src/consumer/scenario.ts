import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { WebhookReceiver } from '@a2a-redis-internal/agent-server/webhook-receiver';
import { withinDeadline } from '@a2a-redis-internal/redis-server/within-deadline';

import { AgentClient, chunksOf, stateOf, wordsOf } from './agent-client.ts';
import { AgentProcess, type RuntimeCommand } from './agent-process.ts';

const CHECK_DEADLINE_MS = 120_000;
/** Longer than any check takes. */
const ENDLESS = 100_000;
/** Short, so that a killed replica is noticed soon, and long enough for a machine that does much else. */
const FAILOVER_MS = 6000;

/** The last words of a task that was cancelled: what its executor said, and its state. */
const CANCELED = ['told to cancel', 'canceled'] as const;
const POLL_MS = 100;
const POLLS = 600;

/** Which parts of the project an agent is made of. */
export interface AgentParts {
  readonly client: 'redis' | 'ioredis';
  readonly queues: 'streams' | 'pubsub';
  readonly store: 'hash' | 'json';
  readonly redisUrl: string;
}

/**
 * The agents to try.
 *
 * @param jsonUrl Of a server with JSON commands, where there is one.
 */
export function everyParts(redisUrl: string, jsonUrl: string | undefined): readonly AgentParts[] {
  const parts: readonly AgentParts[] = [
    { client: 'redis', queues: 'streams', store: 'hash', redisUrl },
    { client: 'redis', queues: 'pubsub', store: 'hash', redisUrl },
    { client: 'ioredis', queues: 'streams', store: 'hash', redisUrl },
  ];
  if (jsonUrl === undefined) return parts;
  return [...parts, { client: 'redis', queues: 'streams', store: 'json', redisUrl: jsonUrl }];
}

/** Where the consumer's agent is, and what runs it. */
export interface AgentProgram {
  readonly runtime: RuntimeCommand;
  readonly folder: string;
  readonly file: string;
}

/** What one check of a package found. */
export interface CheckOutcome {
  /** The name of its folder. */
  readonly package: string;
  readonly check: string;
  /** Why it failed. */
  readonly problem?: string | undefined;
}

/** Runs two replicas of the agent, and checks what they owe to clients of either. That they serve is a check as well. */
export async function playScenario(
  program: AgentProgram,
  parts: AgentParts,
): Promise<readonly CheckOutcome[]> {
  const outcomes: CheckOutcome[] = [];
  const kinds = `${parts.client}, ${parts.queues}, ${parts.store}`;
  const check: Check = async (name, title, run) => {
    outcomes.push(await outcomeOf(name, `${title} (${kinds})`, run));
  };
  try {
    await checkReplicas(program, parts, check);
  } catch (error) {
    outcomes.push({
      package: 'core',
      check: `two replicas serve (${kinds})`,
      problem: String(error),
    });
  }
  return outcomes;
}

/** Notes what came of one check. */
type Check = (name: string, title: string, run: () => Promise<void>) => Promise<void>;

/** @throws What keeps the replicas from serving at all. */
async function checkReplicas(
  program: AgentProgram,
  parts: AgentParts,
  check: Check,
): Promise<void> {
  // What goes wrong with its client alone is a fault of that package.
  const queue = parts.client === 'ioredis' ? 'ioredis' : `${parts.queues}-queue`;
  const store = parts.store === 'json' ? 'json-task-store' : 'task-store';
  const env = {
    REDIS_URL: parts.redisUrl,
    PREFIX: `matrix-${randomUUID()}:`,
    CLIENT: parts.client,
    QUEUES: parts.queues,
    STORE: parts.store,
    FAILOVER_MS: String(FAILOVER_MS),
  };
  const start = async (): Promise<AgentProcess> => {
    return AgentProcess.start(program.runtime, program.file, program.folder, env);
  };
  await using one = await start();
  await using other = await start();
  const [client, elsewhere] = await Promise.all([
    AgentClient.connect(one.url),
    AgentClient.connect(other.url),
  ]);

  let taskId = '';
  await check(queue, 'a stream brings each event once, in order', async () => {
    const reader = client.stream(10);
    const heard = await reader.ended;
    taskId = reader.taskId;
    assertStream(heard, [...numbers(0, 10), 'completed']);
  });
  await check(store, 'another replica has the task', async () => {
    const task = await elsewhere.task(taskId);
    assert.deepEqual([stateOf(task), chunksOf(task)], ['completed', numbers(0, 10)]);
  });
  await check('push-config', 'another replica has the webhook', async () => {
    await client.registerWebhook(taskId, 'http://127.0.0.1:9/hook');
    assert.deepEqual(await elsewhere.webhooks(taskId), ['http://127.0.0.1:9/hook']);
  });
  await check(queue, 'a subscriber elsewhere has the snapshot and all that follows', async () => {
    const reader = client.stream(ENDLESS);
    await reader.until(5);
    const watching = elsewhere.resubscribe(reader.taskId);
    await watching.until(5);
    await client.cancel(reader.taskId);
    const published = await reader.ended;
    const count = published.length - CANCELED.length - 1;
    assertStream(published, [...numbers(0, count), ...CANCELED]);
    const heard = await watching.ended;
    const snapshots = heard.filter((word) => word.startsWith('task with '));
    // Pub/Sub may send a fresh one, where its messages began later than the first.
    assert.ok(snapshots.length <= (parts.queues === 'pubsub' ? 2 : 1), snapshots.join(', '));
    const had = Number(snapshots.at(-1)?.replace('task with ', ''));
    assert.deepEqual(heard, [...snapshots, ...numbers(had, count), ...CANCELED]);
  });
  await check('push-delivery', 'a webhook registered elsewhere gets all that follows', async () => {
    await using receiver = await WebhookReceiver.start();
    const reader = client.stream(ENDLESS);
    await reader.until(3);
    await elsewhere.registerWebhook(reader.taskId, receiver.url);
    const posted = (): readonly string[] => receiver.received.flatMap(wordsOf);
    await waitUntil(() => posted().length >= 3, posted);
    await client.cancel(reader.taskId);
    await waitUntil(() => posted().includes('canceled'), posted);
    // A delivery may come twice.
    const words = [...new Set(posted())];
    const first = Number(words[0]);
    const count = words.length - CANCELED.length;
    assert.deepEqual(words, [...numbers(first, first + count), ...CANCELED]);
  });
  await check(queue, 'a cancel elsewhere reaches the executor', async () => {
    const reader = client.stream(ENDLESS);
    await reader.until(3);
    assert.equal(stateOf(await elsewhere.cancel(reader.taskId)), 'canceled');
    assert.deepEqual((await reader.ended).slice(-CANCELED.length), CANCELED);
  });
  await check(queue, 'the task of a killed replica fails elsewhere', async () => {
    const reader = client.stream(ENDLESS);
    await reader.until(3);
    const watching = elsewhere.resubscribe(reader.taskId);
    await watching.until(2);
    await one.kill();
    assert.equal((await watching.ended).at(-1), 'failed');
    const task = await elsewhere.task(reader.taskId);
    assert.equal(stateOf(task), 'failed');
  });
  await check('core', 'nothing is reported', async () => {
    assert.equal(other.log, '');
  });
}

/** Runs a check; what it throws is its problem. */
export async function outcomeOf(
  name: string,
  check: string,
  run: () => Promise<void>,
): Promise<CheckOutcome> {
  try {
    await withinDeadline(run(), CHECK_DEADLINE_MS, `no end in ${CHECK_DEADLINE_MS} ms`);
    return { package: name, check };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { package: name, check, problem };
  }
}

/** A stream begins with the task of its first event, which has no chunk yet. */
function assertStream(heard: readonly string[], expected: readonly string[]): void {
  assert.deepEqual(heard, ['task with 0', ...expected]);
}

/** Looks for a minute. @throws Error with what there is, when it is not what is waited for. */
async function waitUntil(condition: () => boolean, there: () => readonly string[]): Promise<void> {
  for (let polls = 0; !condition(); polls += 1) {
    if (polls === POLLS) throw new Error(`not in a minute; there is: ${there().join(', ')}`);
    await sleep(POLL_MS);
  }
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index));
}
