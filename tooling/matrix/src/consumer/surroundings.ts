import { type PackedPackage, packPackages } from '@a2a-redis-internal/checks/pack';
import {
  type RedisServer,
  startRedisJsonServer,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';

import type { AgentParts } from './scenario.ts';

/** What rows with a project of their own share: made when first asked for, gone when disposed. */
export class Surroundings implements AsyncDisposable {
  readonly #packages = packPackages();
  #scenarios: Promise<readonly AgentParts[]> | undefined;
  readonly #servers: RedisServer[] = [];

  /** The packages as they would be published. */
  async tarballs(): Promise<readonly PackedPackage[]> {
    return this.#packages.get();
  }

  /** The agents to try: each kind of queue, and the JSON store where a server with JSON commands can be had. */
  async scenarios(): Promise<readonly AgentParts[]> {
    this.#scenarios ??= this.#startServers();
    return this.#scenarios;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map(async (server) => server.stop()));
    await this.#packages[Symbol.asyncDispose]();
  }

  async #startServers(): Promise<readonly AgentParts[]> {
    const { url: redisUrl } = this.#own(await startRedisServer());
    const scenarios: AgentParts[] = [
      { queues: 'streams', store: 'hash', redisUrl },
      { queues: 'pubsub', store: 'hash', redisUrl },
    ];
    const json = await startRedisJsonServer();
    if ('unavailable' in json) return scenarios;
    return [...scenarios, { queues: 'streams', store: 'json', redisUrl: this.#own(json).url }];
  }

  #own(server: RedisServer): RedisServer {
    this.#servers.push(server);
    return server;
  }
}
