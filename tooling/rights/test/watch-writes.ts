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

/** A script that failed after it had written something, which Redis does not take back. */
export interface HalfWrite {
  readonly keys: readonly string[];
  readonly error: string;
}

/**
 * Has each script of a client run alone, and compares the keys of one that fails before and after it.
 *
 * @param admin Sees all keys.
 * @param turns Those of all clients that write these keys.
 */
export function watchWrites(
  client: RedisClientType,
  admin: RedisClientType,
  turns: Turns,
): readonly HalfWrite[] {
  const found: HalfWrite[] = [];
  for (const method of ['evalSha', 'eval'] as const) {
    const send = client[method];
    // Its own property: what node-redis derives of a client has it, too.
    client[method] = async function watched(script, options) {
      return turns.take(async () => {
        const keys = (options?.keys ?? []).map(String);
        const before = await contentOf(admin, keys);
        try {
          return await Reflect.apply(send, this, [script, options]);
        } catch (error) {
          const after = await contentOf(admin, keys);
          if (after.join() !== before.join()) found.push({ keys, error: String(error) });
          throw error;
        }
      });
    };
  }
  return found;
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
