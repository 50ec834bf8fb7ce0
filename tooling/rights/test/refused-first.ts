import type { RedisScriptClient, ScriptCallOptions } from '@a2a-redis/core/shared';
import type { RedisClientType, RedisFunctions, RedisModules, RedisScripts } from 'redis';

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

/** What servers say to who lacks a right, and scripts by themselves: see `missing-right.ts` of core. */
const REFUSAL = /NOPERM|ACL failure in script|The user executing the script can't/;

/** Sends a script by one client or another. */
/** A client of the older protocol, by which it names its connection with a command of its own. */
export type RespTwoClient = RedisClientType<RedisModules, RedisFunctions, RedisScripts, 2>;

type Send = (client: RespTwoClient) => Promise<unknown>;

/** A client as packages take it from any library, made of one of node-redis. */
export class TestClient implements RedisScriptClient {
  readonly topology = 'server';
  readonly isOpen = true;
  readonly options: RespTwoClient['options'];
  readonly #client: RespTwoClient;
  readonly #call: (keys: readonly string[], send: Send) => Promise<unknown>;

  /** @param call Has a script sent by which client, and when. */
  constructor(
    client: RespTwoClient,
    call: (keys: readonly string[], send: Send) => Promise<unknown> = async (_keys, send) =>
      send(client),
  ) {
    this.options = client.options;
    this.#client = client;
    this.#call = call;
  }

  async evalSha(sha1: string, options: ScriptCallOptions = {}): Promise<unknown> {
    return this.#call(options.keys ?? [], async (client) => client.evalSha(sha1, options));
  }

  async eval(script: string, options: ScriptCallOptions = {}): Promise<unknown> {
    return this.#call(options.keys ?? [], async (client) => client.eval(script, options));
  }

  /** Makes what receives messages. */
  duplicate(): RespTwoClient {
    return this.#client.duplicate();
  }

  on(event: 'end' | 'error', listener: () => void): void {
    this.#client.on(event, listener);
  }

  off(event: 'end' | 'error', listener: () => void): void {
    this.#client.off(event, listener);
  }

  /** The same, which dies when it is told to: what it would have sent later never is. */
  mortal(): { readonly client: TestClient; readonly die: () => void } {
    let isDead = false;
    const client = new TestClient(this.#client, async (keys, send) => {
      if (isDead) await new Promise<never>(() => {});
      return this.#call(keys, send);
    });
    return {
      client,
      die: () => {
        isDead = true;
      },
    };
  }
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
  refusable: RespTwoClient,
  other: RespTwoClient,
  turns: Turns,
  onRefused: (call: RefusedCall) => void,
): TestClient {
  return new TestClient(other, async (keys, send) =>
    turns.take(async () => {
      const before = await contentOf(other, keys);
      try {
        return await send(refusable);
      } catch (error) {
        const after = await contentOf(other, keys);
        const left = after.join(' ') === before.join(' ') ? 'as it was' : 'half-written';
        if (!REFUSAL.test(String(error))) throw error;
        onRefused({ keys, left, error: String(error) });
        return send(other);
      }
    }),
  );
}

/** A client whose scripts have a turn each. */
export function inTurns(client: RespTwoClient, turns: Turns): TestClient {
  return new TestClient(client, async (_keys, send) => turns.take(async () => send(client)));
}

/** What keys hold, and when they expire. */
async function contentOf(
  admin: RespTwoClient,
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
