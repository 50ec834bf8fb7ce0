import type { StreamResponse } from '@a2a-js/sdk';
import { Listener } from '@a2a-redis-internal/contract/queue-fixtures';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { type Replica, startReplicas } from '@a2a-redis-internal/replicas';

import type { AgentCalls } from '../agent-calls.ts';
import type { TransportName } from '../agent-card.ts';
import { AgentClient, type SendOptions } from '../agent-client.ts';

/** An agent whose replicas are processes, with a queue manager on Redis. */
export interface AgentSubject {
  /** The queue manager, as it stands before the tests' names. */
  readonly name: string;
  /** The module that a process runs: it calls `serveAgent`. */
  readonly module: URL;
  /** Whoever listens gets one snapshot, and then events alone; otherwise, a fresh one may come first. */
  readonly hasOneSnapshot: boolean;
}

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

/** What the replicas of an agent are started with. */
export interface AgentOptions {
  /**
   * Options of the queue manager that can be handed to another process.
   * @default those of the queue manager
   */
  readonly settings?: Readonly<Record<string, number>> | undefined;
  /**
   * What the keys of the agent begin with.
   * @default one of its own
   */
  readonly prefix?: string | undefined;
  /**
   * Further variables of the environment; see `serveAgent`.
   * @default none
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Starts replicas of one agent. */
export async function startAgents(
  { module }: AgentSubject,
  names: readonly string[],
  redisUrl: string,
  { settings = {}, prefix = newPrefix(), env = {} }: AgentOptions = {},
): Promise<Agents> {
  const group = await startReplicas<AgentCalls>(names, {
    module,
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
