import { type PackedPackage, packPackages } from '@a2a-redis-internal/checks/pack';
import {
  type RedisServer,
  startRedisJsonServer,
  startRedisServer,
} from '@a2a-redis-internal/redis-server';

import { createConsumer, type Project } from './project.ts';
import { type AgentParts, everyParts } from './scenario.ts';

/** What rows with a project of their own share: made when first asked for, gone when disposed. */
export class Surroundings implements AsyncDisposable {
  readonly #packages = packPackages();
  #consumer: Promise<Project> | undefined;
  #scenarios: Promise<readonly AgentParts[]> | undefined;
  readonly #servers: RedisServer[] = [];

  /** The packages as they would be published. */
  async tarballs(): Promise<readonly PackedPackage[]> {
    return this.#packages.get();
  }

  /** A project with the newest of everything. Nobody changes what is installed there. */
  async consumer(): Promise<Project> {
    this.#consumer ??= this.tarballs().then((tarballs) => createConsumer(tarballs));
    return this.#consumer;
  }

  /** The agents to try: each kind of queue, and the JSON store where a server with JSON commands can be had. */
  async scenarios(): Promise<readonly AgentParts[]> {
    this.#scenarios ??= this.#startServers();
    return this.#scenarios;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map(async (server) => server.stop()));
    // Whoever asked for one that could not be made was told.
    const consumer = await this.#consumer?.catch(() => undefined);
    await consumer?.[Symbol.asyncDispose]();
    await this.#packages[Symbol.asyncDispose]();
  }

  async #startServers(): Promise<readonly AgentParts[]> {
    const { url: redisUrl } = this.#own(await startRedisServer());
    const json = await startRedisJsonServer();
    return everyParts(redisUrl, 'unavailable' in json ? undefined : this.#own(json).url);
  }

  #own(server: RedisServer): RedisServer {
    this.#servers.push(server);
    return server;
  }
}
