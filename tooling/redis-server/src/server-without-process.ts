import type { RedisServer, RedisServerSource } from './redis-server.ts';

/** What is known of a server whose process is out of reach. */
export interface ServerFacts {
  readonly source: RedisServerSource;
  readonly url: string;
  readonly version: string;
  readonly tlsCa?: string | undefined;
  readonly release: () => Promise<void>;
}

/** A server that can be used but neither killed, restarted nor paused. */
export function serverWithoutProcess(facts: ServerFacts): RedisServer {
  const { source, url, version, tlsCa, release } = facts;
  let released: Promise<void> | undefined;
  const stop = (): Promise<void> => (released ??= release());
  const refuse = (method: string): never => {
    throw new Error(
      `${method}() is impossible for the Redis server from ${source}; ` +
        `start it with { processControl: true } to get one that is a process of this machine`,
    );
  };
  return {
    source,
    url,
    version,
    tlsCa,
    stop,
    kill: async () => refuse('kill'),
    restart: async () => refuse('restart'),
    pause: () => refuse('pause'),
    resume: () => refuse('resume'),
    [Symbol.asyncDispose]: stop,
  };
}
