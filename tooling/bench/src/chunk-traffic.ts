import { RedisTaskStore } from '@a2a-redis/task-store';
import { createClient } from 'redis';

import { streamChunks } from './agent.ts';
import { LabelledStore } from './labelled-store.ts';
import { commandBytes, RecordingClient, type SentCommand } from './recording-client.ts';
import {
  COUNTING_COMMAND,
  type InfoClient,
  readCounters,
  type ServerCounters,
} from './redis-info.ts';
import { jsonHashStore } from './stores/json-hash.ts';

/** What streams cost between a store and its Redis. */
export interface ChunkTraffic {
  /** Loads and saves that the request handler made. */
  readonly calls: { readonly loads: number; readonly saves: number };
  /** Commands that the client sent for them. */
  readonly commands: { readonly loads: number; readonly saves: number };
  /** Script calls that the server ran. */
  readonly scriptCalls: number;
  /** Bytes of the commands, as counted by the client and by the server. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** The command that saved the last chunk. */
  readonly lastSave: SentCommand;
  /** Means in bytes. */
  readonly perChunk: {
    readonly save: number;
    readonly load: number;
    /** Names and values of the record's fields. */
    readonly content: number;
    /** `MEMORY USAGE` of the record. */
    readonly memory: number;
    readonly appendOnlyFile: number;
    /** What a hash-of-JSON store sends to load and save. */
    readonly wholeJson: number;
  };
}

/**
 * Streams to a server, and counts. What a stream of twice the length stores more is what its further
 * chunks added.
 *
 * @param url A server that nobody else uses, with an append-only file.
 */
export async function measureChunkTraffic(url: string, chunks: number): Promise<ChunkTraffic> {
  const admin = await createClient({ url }).connect();
  const storeClient = await createClient({ url }).connect();
  const client = new RecordingClient(storeClient);
  try {
    // The first call of each script sends its source.
    await streamChunks(new RedisTaskStore(client), 2);
    const short = new LabelledStore(new RedisTaskStore(client), client);
    const counted = await counting(admin, () => streamChunks(short, chunks));
    const long = new LabelledStore(new RedisTaskStore(client), client);
    await streamChunks(long, 2 * chunks);

    await using plain = await jsonHashStore(url).open();
    const whole = await counting(admin, () => streamChunks(plain.store, chunks));
    const grown = async (measure: (key: string) => Promise<number>): Promise<number> =>
      ((await measure(recordKey(long))) - (await measure(recordKey(short)))) / chunks;
    return {
      calls: { loads: short.loads.length, saves: short.saves.length },
      commands: { loads: short.loads.flat().length, saves: short.saves.flat().length },
      scriptCalls: counted.scriptCalls,
      sentBytes: totalBytes([...short.loads, ...short.saves]),
      receivedBytes: counted.receivedBytes,
      lastSave: short.saves.at(-2)?.[0] ?? [],
      perChunk: {
        // Without the task and the first chunk, which brings the artifact, and the final status.
        save: totalBytes(short.saves.slice(2, -1)) / (chunks - 1),
        load: totalBytes(short.loads.slice(2, -2)) / (chunks - 1),
        content: await grown(async (key) => contentBytes(await admin.hGetAll(key))),
        memory: await grown(async (key) => (await admin.memoryUsage(key, { SAMPLES: 0 })) ?? 0),
        appendOnlyFile: counted.appendOnlyFileBytes / chunks,
        wholeJson: whole.receivedBytes / chunks,
      },
    };
  } finally {
    await Promise.all([admin.close(), storeClient.close()]);
  }
}

async function counting(admin: InfoClient, work: () => Promise<unknown>): Promise<ServerCounters> {
  const before = await readCounters(admin, true);
  await work();
  const after = await readCounters(admin, false);
  return {
    scriptCalls: after.scriptCalls - before.scriptCalls,
    appendOnlyFileBytes: after.appendOnlyFileBytes - before.appendOnlyFileBytes,
    receivedBytes: after.receivedBytes - before.receivedBytes - commandBytes(COUNTING_COMMAND),
  };
}

/** A script call's first key: the word after the command, the digest and the number of keys. */
function recordKey({ loads }: LabelledStore): string {
  return loads.at(-1)?.[0]?.[3] ?? '';
}

function totalBytes(calls: readonly (readonly SentCommand[])[]): number {
  return calls.flat().reduce((sum, command) => sum + commandBytes(command), 0);
}

function contentBytes(fields: Readonly<Record<string, string>>): number {
  return Object.entries(fields).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}
