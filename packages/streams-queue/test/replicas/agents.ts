import { randomUUID } from 'node:crypto';

import {
  type AgentCalls,
  AgentClient,
  type SendOptions,
  type TransportName,
} from '@a2a-redis-internal/agent-server';
import { Listener, stateName, textsOf } from '@a2a-redis-internal/contract/queue-fixtures';
import { type Replica, startReplicas } from '@a2a-redis-internal/replicas';

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
  over(transport: TransportName): AgentClient;
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
): Promise<Agents> {
  const group = await startReplicas<AgentCalls>(names, {
    module: MODULE,
    env: {
      REDIS_URL: redisUrl,
      AGENT_PREFIX: prefix,
      QUEUE_OPTIONS: JSON.stringify(settings),
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
  const [client, rest, grpc] = await Promise.all([
    AgentClient.connect(process.url, 'JSONRPC'),
    AgentClient.connect(process.url, 'HTTP+JSON'),
    AgentClient.connect(process.url, 'GRPC'),
  ]);
  const clients: Readonly<Record<TransportName, AgentClient>> = {
    JSONRPC: client,
    'HTTP+JSON': rest,
    GRPC: grpc,
  };
  return {
    process,
    client,
    over: (transport) => clients[transport],
    stream: (script, { over = 'JSONRPC', ...options } = {}) =>
      new Listener(clients[over].stream(script, options)),
    resubscribe: (taskId, over = 'JSONRPC') => new Listener(clients[over].resubscribe(taskId)),
  };
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
