import { randomUUID } from 'node:crypto';

import { type AgentCalls, AgentClient, type TransportName } from '@a2a-redis-internal/agent-server';
import { Listener } from '@a2a-redis-internal/contract/queue-fixtures';
import { type Replica, startReplicas } from '@a2a-redis-internal/replicas';

/** A replica in a process of its own, and a client of it. */
export interface Agent {
  readonly process: Replica<AgentCalls>;
  readonly client: AgentClient;
  /** Sends a script and streams what comes of it. */
  stream(script: string, taskId?: string): Listener;
  resubscribe(taskId: string): Listener;
}

/** Replicas of one agent. Dispose it to kill them. */
export interface Agents extends AsyncDisposable {
  readonly agents: readonly Agent[];
}

/** Starts replicas of one agent. */
export async function startAgents(
  names: readonly string[],
  redisUrl: string,
  transport: TransportName = 'JSONRPC',
): Promise<Agents> {
  const group = await startReplicas<AgentCalls>(names, {
    module: new URL('../agent.ts', import.meta.url),
    env: { REDIS_URL: redisUrl, AGENT_PREFIX: `${randomUUID()}:`, QUEUE_OPTIONS: '{}' },
  });
  try {
    const agents = await Promise.all(
      group.replicas.map(async (process): Promise<Agent> => {
        const client = await AgentClient.connect(process.url, transport);
        return {
          process,
          client,
          stream: (script, taskId) =>
            new Listener(client.stream(script, taskId === undefined ? {} : { taskId })),
          resubscribe: (taskId) => new Listener(client.resubscribe(taskId)),
        };
      }),
    );
    return { agents, [Symbol.asyncDispose]: async () => group[Symbol.asyncDispose]() };
  } catch (error) {
    await group[Symbol.asyncDispose]();
    throw error;
  }
}

/** What went wrong unseen in processes. */
export async function unhandledIn(agents: readonly Agent[]): Promise<readonly string[]> {
  const seen = await Promise.all(agents.map(async (agent) => agent.process.call('unhandled')));
  return seen.flat();
}

/** `chunk 3`, `chunk 4`: those from a number up to another, not itself. */
export function chunks(from: number, to: number, label = ''): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `chunk ${label}${from + index}`);
}
