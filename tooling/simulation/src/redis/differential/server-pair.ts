import { isDeepStrictEqual } from 'node:util';

import { type RawReply, RedisReplyError } from '../reply.ts';
import { SimulatedRedis } from '../simulated-redis.ts';
import { type Comparable, comparable, isSame, type ScriptReply } from './comparable.ts';
import { RespConnection } from './resp-connection.ts';

/** So many commands are sent to the real server at once. */
const BATCH = 500;

/** The channel that both servers have a subscriber of. */
export const CHANNEL = 'ch';

/** What two servers answered differently. */
export interface Difference {
  readonly command: readonly string[];
  readonly simulated: Comparable;
  readonly real: Comparable;
}

/** A command that the simulated server has answered. */
interface Sent {
  readonly args: readonly string[];
  readonly reply: RawReply;
  readonly scriptReply: ScriptReply;
}

/** A real server and a simulated one that get the same commands. */
export class ServerPair {
  readonly simulated: SimulatedRedis;
  readonly #real: RespConnection;
  readonly #subscriber: RespConnection;
  /** What was published on the simulated server. */
  #published: RawReply[] = [];
  #sent: Sent[] = [];

  private constructor(real: RespConnection, subscriber: RespConnection) {
    this.#real = real;
    this.#subscriber = subscriber;
    this.simulated = new SimulatedRedis({
      now: () => Date.now(),
      publish: (kind, channel, message) => {
        if (channel !== CHANNEL) return 0;
        this.#published.push([kind === 'channel' ? 'message' : 'smessage', channel, message]);
        return 1;
      },
      subscribers: (_, channel) => (channel === CHANNEL ? 1 : 0),
    });
  }

  static async open(url: string): Promise<ServerPair> {
    const pair = new ServerPair(await RespConnection.open(url), await RespConnection.open(url));
    await pair.#real.send([['FLUSHALL'], ['SCRIPT', 'FLUSH']]);
    await pair.#subscriber.send([
      ['SUBSCRIBE', CHANNEL],
      ['SSUBSCRIBE', CHANNEL],
    ]);
    return pair;
  }

  close(): void {
    this.#real.close();
    this.#subscriber.close();
  }

  /** Runs a command on the simulated server, and notes it for the real one. */
  run(args: readonly string[], scriptReply: ScriptReply = 'exact'): RawReply {
    const reply = outcome(this.simulated, args);
    this.#sent.push({ args, reply, scriptReply });
    return reply;
  }

  /** Whether so much is noted that it should be compared. */
  get isFull(): boolean {
    return this.#sent.length >= BATCH;
  }

  /** Sends the real server what the simulated one got since the last time. */
  async compare(): Promise<Difference | undefined> {
    const sent = this.#sent;
    this.#sent = [];
    const replies = await this.#real.send(sent.map(({ args }) => args));
    for (const [i, each] of sent.entries()) {
      const difference = differenceOf(each, replies[i] ?? null);
      if (difference !== undefined) return difference;
    }
    return this.#compareMessages();
  }

  async #compareMessages(): Promise<Difference | undefined> {
    await this.#subscriber.send([['PING']]);
    const theirs = this.#subscriber.takePushed();
    const ours = this.#published;
    this.#published = [];
    return differenceOf({ args: ['PUBLISH'], reply: ours, scriptReply: 'lines' }, theirs);
  }

  /** A command for the real server alone. */
  async tellReal(...args: readonly string[]): Promise<RawReply> {
    const [reply = null] = await this.#real.send([args]);
    return reply;
  }

  /** Has both servers refuse what needs memory, or take it again. Nothing may wait to be compared. */
  async setOutOfMemory(isOut: boolean): Promise<void> {
    await this.tellReal('CONFIG', 'SET', 'maxmemory', isOut ? '1' : '0');
    this.simulated.outOfMemory = isOut;
  }

  /** Compares all keys with what they hold. */
  async compareKeyspaces(): Promise<Difference | undefined> {
    this.run(['KEYS', '*']);
    for (const { key, type } of this.simulated.keys()) {
      this.run(['TYPE', key]);
      this.run(['PEXPIRETIME', key]);
      this.run(CONTENT[type](key));
    }
    return this.compare();
  }
}

/** How to ask for all that a key holds. */
const CONTENT: Readonly<Record<'string' | 'hash' | 'zset' | 'stream', (key: string) => string[]>> =
  {
    string: (key) => ['GET', key],
    hash: (key) => ['HGETALL', key],
    zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
    stream: (key) => ['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0'],
  };

function differenceOf(
  { args, reply, scriptReply }: Sent,
  theirs: RawReply,
): Difference | undefined {
  if (isDeepStrictEqual(reply, theirs)) return undefined;
  const simulated = comparable(args, reply, scriptReply);
  const real = comparable(args, theirs, scriptReply);
  return isSame(simulated, real) ? undefined : { command: args, simulated, real };
}

/** A reply, also where it is an error. */
export function outcome(redis: SimulatedRedis, args: readonly string[]): RawReply {
  try {
    return redis.executeRaw(args);
  } catch (error) {
    if (error instanceof RedisReplyError) return error;
    throw error;
  }
}
