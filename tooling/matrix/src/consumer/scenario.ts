import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { withinDeadline } from '@a2a-redis-internal/redis-server/within-deadline';

import { AgentClient, chunksOf, stateOf } from './agent-client.ts';
import { AgentProcess, type RuntimeCommand } from './agent-process.ts';

const CHECK_DEADLINE_MS = 120_000;
/** Longer than any check takes. */
const ENDLESS = 100_000;
/** Short, so that a killed replica is noticed soon, and long enough for a machine that does much else. */
const FAILOVER_MS = 6000;

/** Which parts of the project an agent is made of. */
export interface AgentParts {
  readonly client: 'redis' | 'ioredis';
  readonly queues: 'streams' | 'pubsub';
  readonly store: 'hash' | 'json';
  readonly redisUrl: string;
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

/** Runs two replicas of the agent, and checks what they owe to clients of either. */
export async function playScenario(
  program: AgentProgram,
  parts: AgentParts,
): Promise<readonly CheckOutcome[]> {
  // What goes wrong with its client alone is a fault of that package.
  const queue = parts.client === 'ioredis' ? 'ioredis' : `${parts.queues}-queue`;
  const store = parts.store === 'json' ? 'json-task-store' : 'task-store';
  const outcomes: CheckOutcome[] = [];
  const check = async (name: string, title: string, run: () => Promise<void>): Promise<void> => {
    outcomes.push(
      await outcomeOf(name, `${title} (${parts.client}, ${parts.queues}, ${parts.store})`, run),
    );
  };
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
    assert.deepEqual(await reader.ended, ['task with 0', ...numbers(0, 10), 'completed']);
    taskId = reader.taskId;
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
    const reader = client.stream(50);
    await reader.until(5);
    const heard = await elsewhere.resubscribe(reader.taskId).ended;
    const snapshots = heard.filter((word) => word.startsWith('task with '));
    // Pub/Sub may send a fresh one, where its messages began later than the first.
    assert.ok(snapshots.length <= (parts.queues === 'pubsub' ? 2 : 1), snapshots.join(', '));
    const had = Number(snapshots.at(-1)?.replace('task with ', ''));
    assert.ok(had < 50, `the snapshot came while the task ran: ${snapshots.join(', ')}`);
    assert.deepEqual(heard, [...snapshots, ...numbers(had, 50), 'completed']);
    assert.deepEqual(await reader.ended, ['task with 0', ...numbers(0, 50), 'completed']);
  });
  await check(queue, 'a cancel elsewhere reaches the executor', async () => {
    const reader = client.stream(ENDLESS);
    await reader.until(3);
    assert.equal(stateOf(await elsewhere.cancel(reader.taskId)), 'canceled');
    assert.deepEqual((await reader.ended).slice(-2), ['told to cancel', 'canceled']);
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
  return outcomes;
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

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => String(from + index));
}
