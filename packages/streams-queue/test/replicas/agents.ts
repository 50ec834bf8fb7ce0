import { randomUUID } from 'node:crypto';

import type { StreamResponse } from '@a2a-js/sdk';
import {
  type AgentCalls,
  AgentClient,
  type SendOptions,
  type TransportName,
} from '@a2a-redis-internal/agent-server';
import { Listener, stateName, textsOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { type Replica, startReplicas } from '@a2a-redis-internal/replicas';
import { vi } from 'vitest';

import type { RedisStreamsQueueManagerOptions } from '../../src/redis-streams-queue-manager.ts';

const MODULE = new URL('../agent.ts', import.meta.url);

/** A replica in a process of its own, and clients of it. */
export interface Agent {
  readonly process: Replica<AgentCalls>;
  /** Sends a script and streams what comes of it. */
  stream(script: string, options?: SendOptions & Over): Listener;
  resubscribe(taskId: string, over?: TransportName): Listener;
  /** Its client over JSON-RPC. */
  readonly client: AgentClient;
  over(transport: TransportName): Promise<AgentClient>;
}

interface Over {
  readonly over?: TransportName | undefined;
}

/** Replicas of one agent. Dispose it to kill them. */
export interface Agents extends AsyncDisposable {
  readonly agents: readonly Agent[];
}

/** Options that can be handed to another process. */
export type QueueSettings = Omit<
  RedisStreamsQueueManagerOptions,
  'ownerResolver' | 'taskStore' | 'pushNotificationSender' | 'subscriber' | 'onError'
>;

/** Starts replicas of one agent. */
export async function startAgents(
  names: readonly string[],
  redisUrl: string,
  settings: QueueSettings = {},
  prefix: string = `${randomUUID()}:`,
  env: Readonly<Record<string, string>> = {},
): Promise<Agents> {
  const group = await startReplicas<AgentCalls>(names, {
    module: MODULE,
    env: {
      REDIS_URL: redisUrl,
      AGENT_PREFIX: prefix,
      QUEUE_OPTIONS: JSON.stringify(settings),
      ...env,
    },
  });
  try {
    const agents = await Promise.all(group.replicas.map(connect));
    return { agents, [Symbol.asyncDispose]: async () => group[Symbol.asyncDispose]() };
  } catch (error) {
    await group[Symbol.asyncDispose]();
    throw error;
  }
}

async function connect(process: Replica<AgentCalls>): Promise<Agent> {
  const clients = new Map<TransportName, Promise<AgentClient>>();
  const over = async (transport: TransportName): Promise<AgentClient> => {
    const client = clients.get(transport) ?? AgentClient.connect(process.url, transport);
    clients.set(transport, client);
    return client;
  };
  return {
    process,
    client: await over('JSONRPC'),
    over,
    stream: (script, { over: transport = 'JSONRPC', ...options } = {}) =>
      listenTo(over(transport), (client) => client.stream(script, options)),
    resubscribe: (taskId, transport = 'JSONRPC') =>
      listenTo(over(transport), (client) => client.resubscribe(taskId)),
  };
}

type Responses = AsyncGenerator<StreamResponse, void>;

function listenTo(
  connecting: Promise<AgentClient>,
  call: (client: AgentClient) => Responses,
): Listener {
  async function* responses(): Responses {
    yield* call(await connecting);
  }
  return new Listener(responses());
}

/** The first two of the replicas. */
export function pair({ agents: [first, second] }: Agents): readonly [Agent, Agent] {
  if (first === undefined || second === undefined) throw new TypeError('Fewer than two replicas');
  return [first, second];
}

/** What went wrong unseen in processes. */
export async function unhandledIn(agents: readonly Agent[]): Promise<readonly string[]> {
  const seen = await Promise.all(agents.map(async (agent) => agent.process.call('unhandled')));
  return seen.flat();
}

/** A stored task: its state, and the texts of its parts. */
export async function storedTask(
  agent: Agent,
  taskId: string,
): Promise<{ readonly state: string; readonly parts: readonly string[] }> {
  const { status, artifacts } = await agent.client.task(taskId);
  return {
    state: stateName(status?.state),
    parts: textsOf(artifacts.flatMap((artifact) => artifact.parts)),
  };
}

/** `chunk 3`, `chunk 4`: those from a number up to another, not itself. */
export function chunks(from: number, to: number, label = ''): readonly string[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    return `chunk ${label}${from + index}`;
  });
}

/** Waits for what a busy machine may delay. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitUntil(condition, { timeout: 60_000, interval: 50 });
}

/** The texts of so many chunks. */
export function counting(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}
