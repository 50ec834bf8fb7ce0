import type { RedisScriptClient, ScriptCallOptions } from '@a2a-redis/core/shared';
import type { RedisClientType } from 'redis';

/** Hands out one turn after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  async take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** A script that was refused. */
export interface RefusedCall {
  readonly keys: readonly string[];
  /** What it left, as Redis takes nothing back that a script has written. */
  readonly left: 'as it was' | 'half-written';
  readonly error: string;
}

/** What packages take for a client, here. */
export interface TestClient extends RedisScriptClient {
  /** Makes what receives messages. */
  duplicate(): RedisClientType;
  readonly options: RedisClientType['options'];
}

/**
 * A client that tries each script as a user who may be refused, and has it run by another one then: so all that follow
 * are tried, too. Each runs alone, and the keys of one that is refused are compared before and after it.
 *
 * @param refusable That of the user.
 * @param other That of who may do anything.
 * @param turns Those of all clients that write these keys.
 * @param onRefused Called for each script that is refused; with `half-written` where it has changed something.
 */
export function refusedFirst(
  refusable: RedisClientType,
  other: RedisClientType,
  turns: Turns,
  onRefused: (call: RefusedCall) => void,
): TestClient {
  const call = async (
    { keys = [] }: ScriptCallOptions,
    send: (client: RedisClientType) => Promise<unknown>,
  ): Promise<unknown> =>
    turns.take(async () => {
      const before = await contentOf(other, keys);
      try {
        return await send(refusable);
      } catch (error) {
        const after = await contentOf(other, keys);
        const left = after.join(' ') === before.join(' ') ? 'as it was' : 'half-written';
        if (String(error).includes('NOSCRIPT')) throw error;
        onRefused({ keys, left, error: String(error) });
        return send(other);
      }
    });
  return {
    ...parts(other),
    evalSha: async (sha1, options = {}) => call(options, (each) => each.evalSha(sha1, options)),
    eval: async (script, options = {}) => call(options, (each) => each.eval(script, options)),
  };
}

/** The same client, whose scripts have a turn each. */
export function inTurns(client: RedisClientType, turns: Turns): TestClient {
  return {
    ...parts(client),
    evalSha: async (sha1, options) => turns.take(async () => client.evalSha(sha1, options)),
    eval: async (script, options) => turns.take(async () => client.eval(script, options)),
  };
}

function parts(client: RedisClientType): Pick<TestClient, 'duplicate' | 'options'> {
  return { options: client.options, duplicate: () => client.duplicate() };
}

/** What keys hold, and when they expire. */
async function contentOf(
  admin: RedisClientType,
  keys: readonly string[],
): Promise<readonly unknown[]> {
  const contents = await Promise.all(
    keys.map(async (key) => [
      await admin.sendCommand(['DEBUG', 'DIGEST-VALUE', key]),
      await admin.sendCommand(['PEXPIRETIME', key]),
    ]),
  );
  return contents.flat(2);
}
