import { channel } from 'node:diagnostics_channel';

import { A2ARedisError } from '../shared/errors.ts';
import { invalidOption } from '../shared/invalid-option.ts';
import { type RedisScriptClient, topologyOf } from '../redis/script-client.ts';
import type { ScriptRunner } from '../redis/script-runner.ts';
import { defineScript } from '../redis/script.ts';
import { withoutShards } from '../redis/server-support.ts';
import { tellEviction } from './eviction.ts';
import probeLayoutSource from './scripts/probe-layout.lua';

/**
 * How a server keeps keys:
 *
 * - `single`: one script may touch any of them.
 * - `cluster`: one script may touch those of one hash slot, and messages of channels go to shards.
 */
export type Layout = 'single' | 'cluster';

/** What is told on the diagnostics channel `a2a-redis:layout`, once for each client. */
export interface LayoutFound {
  readonly layout: Layout;
  /** What told it: the kind of the client, or how the server took a script with keys of two slots. */
  readonly foundBy: 'client' | 'server';
}

const layoutChannel = channel('a2a-redis:layout');

const probeScript = defineScript('probe-layout', probeLayoutSource, { writes: 'never' });

/** Two words whose hash slots differ. */
const TAGS = ['single', 'cluster'] as const;

const found = new WeakMap<RedisScriptClient, Layout>();

/**
 * The layout of the server behind a client. A cluster client tells by its kind, a sentinel, too. A plain client and a pool
 * may have either behind them: some servers have hash slots and one address for all of them. So the server is asked, at
 * the first use, and once for each client.
 */
export class ServerLayout {
  readonly #client: RedisScriptClient;
  readonly #runner: ScriptRunner;
  readonly #prefix: string;
  readonly #given: Layout | undefined;

  /**
   * @param prefix What the probed keys begin with: one that the user of the client has access to.
   * @param option The option `layout`.
   * @throws {A2ARedisError} `INVALID_OPTION`.
   */
  constructor(
    client: RedisScriptClient,
    runner: ScriptRunner,
    prefix: string,
    option: Layout | 'auto' = 'auto',
  ) {
    this.#client = client;
    this.#runner = runner;
    this.#prefix = prefix;
    this.#given = givenLayout(client, option);
  }

  /** The layout, where it is known without asking the server. */
  get known(): Layout | undefined {
    return this.#given ?? found.get(this.#client);
  }

  /**
   * Finds the layout out.
   *
   * @throws {A2ARedisError} As {@link ScriptRunner.run}.
   */
  async find(): Promise<Layout> {
    return this.known ?? note(this.#client, { layout: await this.#probe(), foundBy: 'server' });
  }

  /**
   * Makes sure that messages can go to shards.
   *
   * @throws {A2ARedisError} `SERVER_UNSUPPORTED` where the server is too old for that; as {@link ScriptRunner.run}.
   */
  async requireShards(): Promise<void> {
    // With the first call to a server, it is asked what it can do.
    if (this.#runner.support === undefined) await this.#runner.run(probeScript, this.#keys(1), []);
    const { support } = this.#runner;
    if (support?.hasShards === false) throw withoutShards(support);
  }

  /**
   * Takes a refused call as what a server with hash slots says.
   *
   * @returns Whether it says so, and was not known to be one: it was scaled out since. The call may be repeated then, by a
   *   script for each slot.
   */
  learn(error: unknown): boolean {
    if (this.#given !== undefined || this.known === 'cluster' || !isCrossSlot(error)) return false;
    note(this.#client, { layout: 'cluster', foundBy: 'server' });
    return true;
  }

  /** Keys that nobody writes. */
  #keys(count: number = TAGS.length): readonly string[] {
    return TAGS.slice(0, count).map((tag) => `${this.#prefix}{${tag}}`);
  }

  async #probe(): Promise<Layout> {
    try {
      tellEviction(this.#client, await this.#runner.run(probeScript, this.#keys(), []));
      return 'single';
    } catch (error) {
      if (isCrossSlot(error)) return 'cluster';
      throw error;
    }
  }
}

function givenLayout(client: RedisScriptClient, option: unknown): Layout | undefined {
  if (option !== 'auto' && option !== 'single' && option !== 'cluster') {
    throw invalidOption('layout', 'must be "auto", "single" or "cluster"');
  }
  const topology = topologyOf(client);
  if (topology === 'cluster' && option === 'single') {
    throw invalidOption('layout', 'must not be "single" with the client of a cluster');
  }
  if (option !== 'auto') return option;
  if (topology === 'cluster') note(client, { layout: 'cluster', foundBy: 'client' });
  else if (topology === 'sentinel') note(client, { layout: 'single', foundBy: 'client' });
  return undefined;
}

function note(client: RedisScriptClient, news: LayoutFound): Layout {
  if (found.get(client) === news.layout) return news.layout;
  found.set(client, news.layout);
  if (layoutChannel.hasSubscribers) layoutChannel.publish(news);
  return news.layout;
}

function isCrossSlot(error: unknown): boolean {
  const cause = error instanceof A2ARedisError ? error.cause : error;
  return cause instanceof Error && /^CROSSSLOT\b/.test(cause.message);
}
