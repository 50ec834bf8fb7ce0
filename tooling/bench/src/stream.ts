import { MOST_AHEAD, streamChunks } from './agent.ts';
import type { Benchmark } from './benchmark.ts';
import { jsonToHashTable } from './json-to-hash.ts';
import { progress } from './progress.ts';
import { type Cell, figure, summaryCells, type Table } from './report.ts';
import { ratio, Samples } from './statistics.ts';
import { bareCommands } from './stores/bare-commands.ts';
import { handlerAlone } from './stores/handler-alone.ts';
import { inMemoryStore } from './stores/in-memory.ts';
import type { OpenStore, StoreKind } from './stores/store.ts';

interface Plan {
  readonly sizes: readonly number[];
  readonly rounds: number;
  /** Chunks of the first stream, which is not counted. */
  readonly warmUp: number;
  /** The longest stream of a store that saves whole tasks: in every round, and in the first alone. */
  readonly whole: { readonly everyRound: number; readonly once: number };
  /** As `whole.once`, for the SDK's in-memory store. */
  readonly inMemoryOnce: number;
}

const FULL: Plan = {
  sizes: [1000, 2000, 5000, 20_000],
  rounds: 5,
  warmUp: 2000,
  whole: { everyRound: 1000, once: 2000 },
  inMemoryOnce: 5000,
};
const QUICK: Plan = {
  sizes: [250, 1000, 2000],
  rounds: 3,
  warmUp: 1000,
  whole: { everyRound: 250, once: 250 },
  inMemoryOnce: 1000,
};

interface Measured {
  readonly store: string;
  readonly size: number;
}

/** Time per event of streams of different lengths, for each store. */
export const streamBenchmark: Benchmark = async ({ quick, url, redis, baselines, json }) => {
  const plan = quick ? QUICK : FULL;
  const bare = bareCommands(url);
  const kinds = [redis, bare, handlerAlone, ...baselines, ...(json ? [json.hash, json.json] : [])];
  const wall = new Samples<Measured>();
  const cpu = new Samples<Measured>();

  await withStores(kinds, async (stores) => {
    // Compilers and connections warm up on a stream of their own.
    for (const [kind, { store }] of stores) {
      await streamChunks(store, kind.savesWhole ? 100 : plan.warmUp);
    }
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const { size, back } of thereAndBack(plan.sizes)) {
        for (const [kind, { store }] of stores) {
          if (!isPlanned(plan, kind, size, round, back)) continue;
          progress(`stream, round ${round} of ${plan.rounds}: ${size} chunks, ${kind.name}`);
          const { events, wallMs, cpuMs } = await streamChunks(store, size);
          wall.add({ store: kind.name, size }, (wallMs * 1000) / events);
          cpu.add({ store: kind.name, size }, (cpuMs * 1000) / events);
        }
      }
    }
  });

  const figures = { plan, wall, cpu };
  const timeOf = (kind: StoreKind, size: number): number | undefined => medianOf(wall, kind, size);
  return {
    title: 'Streaming artifact chunks',
    notes: [
      `An agent streams chunks of 200 bytes into one artifact through \`DefaultRequestHandler.sendMessageStream\`; the handler loads and saves the task for every event. The agent waits whenever it is ${MOST_AHEAD} events ahead of the client, so that the SDK's unbounded queue stays short. Every run checks that all chunks were stored.`,
      "Rounds are interleaved over stores and sizes, from short to long and back. `cpu` is the processor time of the Node process, which other programs of the machine disturb less; the time of the Redis or PostgreSQL server is not in it. `handler alone` is a store that hands back the object it was given: what remains is the SDK's request handler, which copies the list of parts for every event. `handler, 2 bare commands` is that with a `GET` for each load and a `SET` of a chunk for each save: no store takes less that asks Redis for the one and waits for the other.",
      `Left out: stores that save whole tasks above ${plan.whole.once} chunks (InMemoryTaskStore above ${plan.inMemoryOnce}), where a run takes minutes; what is longer than ${plan.whole.everyRound} runs once.`,
    ],
    tables: [
      timeTable(kinds, redis, figures),
      floorTable(redis, bare, figures),
      ...(json
        ? [
            jsonToHashTable(
              json,
              'µs',
              ['chunks'],
              plan.sizes.map((size) => ({
                what: [figure(size, 'count')],
                medianOf: (kind) => timeOf(kind, size),
              })),
            ),
          ]
        : []),
    ],
    requirements: [
      {
        name: 'time per event at 20,000 chunks, to that at 1,000',
        bound: 'at most',
        limit: 1.5,
        unit: '×',
        measured: ratio(timeOf(redis, 20_000), timeOf(redis, 1000)),
      },
      {
        name: 'the same, above the handler alone',
        bound: 'at most',
        limit: 1.5,
        unit: '×',
        measured: ratio(ownShare(redis, wall, 20_000), ownShare(redis, wall, 1000)),
      },
      {
        name: 'InMemoryTaskStore to RedisTaskStore at 5,000 chunks',
        bound: 'at least',
        limit: 20,
        unit: '×',
        measured: ratio(timeOf(inMemoryStore, 5000), timeOf(redis, 5000)),
      },
    ],
  };
};

interface Figures {
  readonly plan: Plan;
  readonly wall: Samples<Measured>;
  readonly cpu: Samples<Measured>;
}

function timeTable(kinds: readonly StoreKind[], redis: StoreKind, figures: Figures): Table {
  const { plan, wall, cpu } = figures;
  const [shortest = 0] = plan.sizes;
  const rows: Cell[][] = [];
  for (const { name: store } of kinds) {
    for (const size of plan.sizes) {
      const time = wall.summary({ store, size });
      if (time === undefined) continue;
      const cpuTime = cpu.summary({ store, size })?.median;
      rows.push([
        store,
        figure(size, 'count'),
        figure(time.count, 'count'),
        ...summaryCells(time, 'µs'),
        figure(ratio(time.median, wall.summary({ store, size: shortest })?.median), '×'),
        figure(ratio(time.median, wall.summary({ store: redis.name, size })?.median), '×'),
        figure(cpuTime, 'µs'),
        figure(ratio(cpuTime, cpu.summary({ store, size: shortest })?.median), '×'),
      ]);
    }
  }
  return {
    caption: 'Time per event',
    columns: [
      'store',
      'chunks',
      'runs',
      'median',
      'min',
      'max',
      `to ${shortest} chunks`,
      'to Redis',
      'cpu',
      `cpu to ${shortest}`,
    ],
    rows,
  };
}

function floorTable(redis: StoreKind, bare: StoreKind, { plan, wall, cpu }: Figures): Table {
  const [shortest = 0] = plan.sizes;
  return {
    caption: `${redis.name}: time per event to two bare commands, and above the handler alone`,
    columns: [
      'chunks',
      'time to two bare commands',
      'above the handler',
      `to ${shortest} chunks`,
      'cpu',
      `cpu to ${shortest}`,
    ],
    rows: plan.sizes.map((size): Cell[] => [
      figure(size, 'count'),
      figure(ratio(medianOf(wall, redis, size), medianOf(wall, bare, size)), '×'),
      ...[wall, cpu].flatMap((samples) => {
        const share = ownShare(redis, samples, size);
        return [figure(share, 'µs'), figure(ratio(share, ownShare(redis, samples, shortest)), '×')];
      }),
    ]),
  };
}

/** What a store takes beside the handler, which copies the list of parts for every event. */
function ownShare(kind: StoreKind, samples: Samples<Measured>, size: number): number | undefined {
  const whole = medianOf(samples, kind, size);
  const floor = medianOf(samples, handlerAlone, size);
  return whole === undefined || floor === undefined ? undefined : whole - floor;
}

function medianOf(
  samples: Samples<Measured>,
  { name }: StoreKind,
  size: number,
): number | undefined {
  return samples.summary({ store: name, size })?.median;
}

/** Short, long, short again: what slows the machine for a while slows short and long streams alike. */
function thereAndBack(sizes: readonly number[]): readonly { size: number; back: boolean }[] {
  const there = sizes.map((size) => ({ size, back: false }));
  const back = sizes.toReversed().slice(1);
  return [...there, ...back.map((size) => ({ size, back: true }))];
}

function isPlanned(
  plan: Plan,
  kind: StoreKind,
  size: number,
  round: number,
  back: boolean,
): boolean {
  if (!kind.savesWhole) return true;
  if (size <= plan.whole.everyRound) return !back;
  const longest = kind === inMemoryStore ? plan.inMemoryOnce : plan.whole.once;
  return round === 1 && !back && size <= longest;
}

/** Opens stores, and closes all of them whatever happens. */
async function withStores(
  kinds: readonly StoreKind[],
  work: (stores: ReadonlyMap<StoreKind, OpenStore>) => Promise<void>,
): Promise<void> {
  const stores = new Map<StoreKind, OpenStore>();
  try {
    for (const kind of kinds) stores.set(kind, await kind.open());
    await work(stores);
  } finally {
    for (const store of stores.values()) await store[Symbol.asyncDispose]();
  }
}
