import type { ServerLayout } from './server-layout.ts';

/** What a script publishes with: to the subscribers of all servers, or to those of the channel's shard. */
export type PublishCommand = 'PUBLISH' | 'SPUBLISH';

/** How the messages of a queue manager reach their subscribers: the same way on all replicas, and for as long as it lives. */
export interface PublishRoute {
  /** The command, where it is known. */
  readonly command: PublishCommand | undefined;
  /**
   * Finds the command out.
   *
   * @throws {A2ARedisError} As `ServerLayout.find` and `ServerLayout.requireShards`; what a transport needs besides: see
   *   `routeWith`.
   */
  find(): Promise<PublishCommand>;
}

/** A route that is known from the start. */
export function knownRoute(command: PublishCommand): PublishRoute {
  return { command, find: async () => command };
}

/**
 * To shards on a server that has any: a message to all servers of a cluster costs each of them.
 *
 * @param sharded Whether it is to shards, where that was said.
 */
export function routeByLayout(
  layout: Pick<ServerLayout, 'known' | 'find' | 'requireShards'>,
  sharded?: boolean,
): PublishRoute {
  let command = sharded === undefined ? undefined : commandOf(sharded);
  const known = (): PublishCommand | undefined =>
    (command ??= layout.known && commandOf(layout.known === 'cluster'));
  const route: PublishRoute = {
    get command() {
      return known();
    },
    find: async () => known() ?? (command = commandOf((await layout.find()) === 'cluster')),
  };
  return routeWith(async () => {
    if ((await route.find()) === 'SPUBLISH') await layout.requireShards();
  }, route);
}

/**
 * The same route, for who needs more of the server than that it publishes: that is asked first, until it is there.
 *
 * @param requirement Rejects with `SERVER_UNSUPPORTED` where the server lacks it.
 */
export function routeWith(requirement: () => Promise<void>, route: PublishRoute): PublishRoute {
  let isMet = false;
  return {
    get command() {
      return route.command;
    },
    find: async () => {
      if (!isMet) await requirement();
      isMet = true;
      return route.find();
    },
  };
}

function commandOf(sharded: boolean): PublishCommand {
  return sharded ? 'SPUBLISH' : 'PUBLISH';
}
