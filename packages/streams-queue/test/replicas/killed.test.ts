import { TRANSPORTS, WebhookReceiver } from '@a2a-redis-internal/agent-server';
import {
  type Agent,
  type Agents,
  chunks,
  eventually,
  pair,
  type Random,
  randomOf,
  startAgents,
  storedTask,
  unhandledIn,
} from '@a2a-redis-internal/agent-server/agents';
import {
  describeResponse,
  type Listener,
  taskIdOf,
} from '@a2a-redis-internal/contract/queue-fixtures';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { STREAMS_AGENT } from './subject.ts';

/** How many replicas are killed in each test. */
const VICTIMS = 5;
const AGENT = { settings: { failoverMs: 5000 }, prefix: 'killed:' };

let server: RedisServer;
let webhooks: WebhookReceiver;
let survivors: Agents;

beforeAll(async () => {
  server = await startRedisServer();
  [webhooks, survivors] = await Promise.all([
    WebhookReceiver.start(),
    startAgents(STREAMS_AGENT, ['s', 't'], server.url, AGENT),
  ]);
});
beforeAll(() => {
  byDefault = failByDefault();
  byDefault.catch(() => undefined);
});
afterAll(async () => {
  await survivors[Symbol.asyncDispose]();
  await webhooks[Symbol.asyncDispose]();
  await server.stop();
});

/** Runs on while the other tests do: the default failover time is long. */
let byDefault: Promise<readonly string[]>;

interface Orphan {
  readonly taskId: string;
  readonly subscribers: readonly Listener[];
  /** What came of a request to cancel the task, if there was one. */
  readonly cancel: Promise<string> | undefined;
}

/** Runs a fast stream on a replica, and kills it at a random moment. */
async function orphan(victim: Agent, random: Random): Promise<Orphan> {
  const stream = victim.stream('ignore-cancel; task; chunks 100000 1', { webhook: webhooks.url });
  await stream.until(1);
  const { taskId } = stream;
  const isEarly = random.integer(0, 3) === 0;
  const moments = [random.integer(1, 40), random.integer(41, 80)];
  const subscribers: Listener[] = [];
  if (!isEarly) {
    for (const agent of survivors.agents) {
      await stream.until(moments[0] ?? 1);
      subscribers.push(agent.resubscribe(taskId, random.pick(TRANSPORTS)));
    }
    await stream.until(moments[1] ?? 1);
    // Whoever subscribes as it dies may get its snapshot before or after.
    await Promise.all(subscribers.map(async (each) => each.until(1)));
  }
  const cancel =
    random.integer(0, 1) === 0 ? undefined : outcomeOf(random.pick(survivors.agents), taskId);
  if (cancel !== undefined && random.integer(0, 1) === 0) {
    await eventually(async () => (await victim.process.call('canceled')).includes(taskId));
  }
  await victim.process.kill();
  return { taskId, subscribers, cancel };
}

/** What a subscriber sees where the replica is killed and no option says how soon it is noticed. */
async function failByDefault(): Promise<readonly string[]> {
  await using group = await startAgents(STREAMS_AGENT, ['a', 'b'], server.url);
  const [a, b] = pair(group);
  const stream = a.stream('task; chunks 3; wait never');
  await stream.until(4);
  const subscriber = b.resubscribe(stream.taskId);
  await subscriber.until(1);
  await a.process.kill();
  const seen = await subscriber.ended;
  const { state } = await storedTask(b, stream.taskId);
  return [...seen, `stored ${state}`];
}

function terminalWebhooks(taskId: string): readonly string[] {
  return webhooks.received
    .filter((update) => taskIdOf(update) === taskId)
    .map(describeResponse)
    .filter((word) => word === 'failed' || word === 'canceled');
}

async function outcomeOf(agent: Agent, taskId: string): Promise<string> {
  try {
    await agent.client.cancel(taskId);
    return 'canceled';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe('a replica that is killed', () => {
  it.each([1, 2, 3, 4])('at a random moment: its tasks fail once (seed %i)', async (seed) => {
    const random = randomOf(seed);
    const names = Array.from({ length: VICTIMS }, (_, index) => `v${index}`);
    await using victims = await startAgents(STREAMS_AGENT, names, server.url, {
      ...AGENT,
      env: { AGENT_GRPC: 'off' },
    });
    const orphans = await Promise.all(victims.agents.map(async (each) => orphan(each, random)));
    const [survivor] = survivors.agents;
    if (survivor === undefined) throw new Error('no survivor');
    for (const { taskId, subscribers, cancel } of orphans) {
      await eventually(async () => (await storedTask(survivor, taskId)).state !== 'working');
      const { state, parts } = await storedTask(survivor, taskId);
      expect(parts).toEqual(Array.from(parts, (_, index) => String(index)));
      expect([await cancel, state]).toEqual([
        cancel && (state === 'canceled' ? 'canceled' : 'TaskNotCancelableError'),
        cancel !== undefined && state === 'canceled' ? 'canceled' : 'failed',
      ]);
      for (const subscriber of subscribers) {
        const seen = await subscriber.ended;
        const held = Number(seen[0]?.replace('task working ', ''));
        const rest = [...chunks(held, parts.length), state];
        expect(seen).toEqual([`task working ${held}`, ...rest]);
      }
      await eventually(() => terminalWebhooks(taskId).length > 0);
    }
    for (const { taskId } of orphans) {
      const { state } = await storedTask(survivor, taskId);
      expect(terminalWebhooks(taskId)).toEqual([state]);
    }
    expect(await unhandledIn(survivors.agents)).toEqual([]);
  });

  it('with the default failover time', async () => {
    expect(await byDefault).toEqual(['task working 3', 'failed', 'stored failed']);
  });
});
