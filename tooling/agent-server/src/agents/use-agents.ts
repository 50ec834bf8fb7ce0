import {
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import {
  type Agent,
  type AgentOptions,
  type Agents,
  type AgentSubject,
  startAgents,
} from './agents.ts';

/** A server, and the replicas of one agent on it. */
export class AgentsInUse {
  readonly #subject: AgentSubject;
  readonly #names: readonly string[];
  readonly #options: AgentOptions;
  #server: RedisServer | undefined;
  #group: Agents | undefined;

  constructor(subject: AgentSubject, names: readonly string[], options: AgentOptions) {
    this.#subject = subject;
    this.#names = names;
    this.#options = options;
  }

  /** @throws {Error} Outside of tests. */
  get server(): RedisServer {
    if (this.#server === undefined) throw new Error('The server has not been started');
    return this.#server;
  }

  get all(): readonly Agent[] {
    return this.#group?.agents ?? [];
  }

  get a(): Agent {
    return this.#at(0);
  }

  get b(): Agent {
    return this.#at(1);
  }

  get c(): Agent {
    return this.#at(2);
  }

  async start(options: RedisServerOptions = {}): Promise<void> {
    this.#server = await startRedisServer(options);
    this.#group = await startAgents(this.#subject, this.#names, this.#server.url, this.#options);
  }

  async stop(): Promise<void> {
    await this.#group?.[Symbol.asyncDispose]();
    await this.#server?.stop();
  }

  #at(index: number): Agent {
    const agent = this.all[index];
    if (agent === undefined) throw new Error(`No more than ${this.all.length} replicas`);
    return agent;
  }
}

/** Starts a server and replicas of one agent for the tests of a file. */
export function useAgents(
  subject: AgentSubject,
  names: readonly string[],
  options: AgentOptions = {},
): AgentsInUse {
  const used = new AgentsInUse(subject, names, options);
  beforeAll(async () => used.start());
  afterAll(async () => used.stop());
  return used;
}

/** Starts a server that keeps its data on disk, and two replicas of one agent, for each test. */
export function useAgentsForTrouble(
  subject: AgentSubject,
  options: AgentOptions = {},
): AgentsInUse {
  const used = new AgentsInUse(subject, ['a', 'b'], options);
  beforeEach(async () => used.start({ persistence: true }));
  afterEach(async () => used.stop());
  return used;
}
