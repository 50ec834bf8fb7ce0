import {
  isClusterClient,
  noteSupport,
  type RedisScriptClient,
  type ScriptCallOptions,
} from '@a2a-redis/core/shared';

/** A script call as its client sends it. */
export interface WatchedCall {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** What happens around each script call; what a hook throws is what the caller gets. */
export interface CallHooks {
  readonly before?: (call: WatchedCall) => Promise<void> | void;
  readonly after?: (call: WatchedCall, reply: unknown) => Promise<void> | void;
}

/** A client that sends what it is given to a real one, with something done around each call. */
export function watchedClient(client: RedisScriptClient, hooks: CallHooks): RedisScriptClient {
  const { before, after } = hooks;
  const call = async (
    options: ScriptCallOptions | undefined,
    send: () => Promise<unknown>,
    hook: CallHooks['before'],
  ): Promise<unknown> => {
    const watched = { keys: options?.keys ?? [], args: options?.arguments ?? [] };
    await hook?.(watched);
    const reply = await send();
    await after?.(watched, reply);
    return reply;
  };
  const watching: RedisScriptClient = {
    topology: isClusterClient(client) ? 'cluster' : 'server',
    evalSha: (...args: Parameters<RedisScriptClient['evalSha']>) =>
      call(args[1], () => client.evalSha(...args), before),
    // The second half of a call whose script the server did not know.
    eval: (...args: Parameters<RedisScriptClient['eval']>) =>
      call(args[1], () => client.eval(...args), undefined),
  };
  // What the server can do is asked once for each client: not of this one, so that calls can be counted.
  noteSupport(watching, { hasShards: true, name: '' });
  return watching;
}

/** A process that dies after some script calls: what it would have sent later never is. */
export function dyingClient(
  client: RedisScriptClient,
  calls: number,
): { client: RedisScriptClient; isDead: () => boolean } {
  let left = calls;
  const before = async (): Promise<void> => {
    left -= 1;
    if (left < 0) await new Promise<never>(() => {});
  };
  return { client: watchedClient(client, { before }), isDead: () => left < 0 };
}
