import type { TaskStore } from '@a2a-js/sdk/server';

import type { Benchmark, BenchmarkContext } from './benchmark.ts';
import { fill } from './fill.ts';
import { type ComparedRow, jsonToHashTable } from './json-to-hash.ts';
import {
  LIST_QUERIES,
  type ListQuery,
  numberedTask,
  queryName,
  requestsOf,
  timeList,
} from './list-queries.ts';
import { progress } from './progress.ts';
import { type Cell, figure, type Table } from './report.ts';
import { median, ratio, Samples, summarize } from './statistics.ts';
import type { OpenStore, StoreKind } from './stores/store.ts';

interface Measured {
  readonly query: ListQuery;
  readonly tasks: number;
}

interface Measurements {
  readonly kind: StoreKind;
  readonly times: Samples<Measured>;
}

/** Time of a page among few and among many tasks of one owner. */
export const listBenchmark: Benchmark = async (context) => {
  const sizes = context.quick ? [1000, 5000] : [1000, 100_000];
  const [few = 0, many = 0] = sizes;
  const measured: Measurements[] = [];
  const { redis: own, baselines, json } = context;
  const alone = [own, ...baselines].filter(({ lists }) => lists).map((kind) => [kind]);
  for (const kinds of [...alone, ...(json ? [[json.hash, json.json]] : [])]) {
    measured.push(...(await measure(kinds, sizes, roundsOf(kinds, context))));
  }
  const ratioOf = ({ times }: Measurements, query: ListQuery): number | undefined =>
    ratio(
      times.summary({ query, tasks: many })?.median,
      times.summary({ query, tasks: few })?.median,
    );
  const [redis] = measured;
  const worst =
    redis && Math.max(...LIST_QUERIES.map((query) => ratioOf(redis, query) ?? Number.NaN));
  return {
    title: 'Listing tasks',
    notes: [
      `Pages of 50 of one owner's ${sizes.map((size) => size.toLocaleString('en-US')).join(' and ')} tasks, with every combination of filters; \`after\` is \`statusTimestampAfter\` at the middle of all times. Each task has two messages and an artifact of two parts. A context id leaves a half of the tasks, a state a half, both a quarter.`,
      'The instance that lists knows none of the tasks, as in a process that did not write them. Rounds are interleaved over queries and sizes, and over the stores of the JSON server.',
    ],
    tables: [
      ...(redis ? [queriesTable(redis, sizes, ratioOf)] : []),
      storesTable(measured, sizes, ratioOf),
      ...(json
        ? [jsonToHashTable(json, 'ms', ['artifacts', 'tasks'], comparedRows(measured, sizes))]
        : []),
    ],
    requirements: [
      {
        name: 'list among 100,000 tasks to 1,000, slowest of all combinations',
        bound: 'at most',
        limit: 3,
        unit: '×',
        measured: context.quick ? undefined : worst,
      },
    ],
  };
};

/** Others than our own sort or scan all tasks for every page: fewer rounds do. */
function roundsOf(kinds: readonly StoreKind[], { quick }: BenchmarkContext): number {
  if (kinds.some(({ savesWhole }) => savesWhole)) return quick ? 1 : 3;
  return quick ? 5 : 21;
}

/** Measures stores that are compared with each other, in turns. */
async function measure(
  kinds: readonly StoreKind[],
  sizes: readonly number[],
  rounds: number,
): Promise<Measurements[]> {
  const opened: OpenStore[] = [];
  try {
    const lists: FilledStore[] = [];
    for (const kind of kinds) {
      const open = await kind.open();
      opened.push(open);
      lists.push(await fillStore(kind, open, sizes));
    }
    for (let round = 0; round <= rounds; round += 1) {
      const name = kinds.map((kind) => kind.name).join(' and ');
      progress(`list, ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${name}`);
      // Size and store within query: what is compared is measured one right after the other.
      for (const query of LIST_QUERIES) {
        for (const { store, requests, times } of lists) {
          for (const [tasks, ofSize] of requests) {
            const request = ofSize.get(query);
            if (request === undefined) continue;
            const wallMs = await timeList(store, request, ownerOf(tasks));
            if (round > 0) times.add({ query, tasks }, wallMs);
          }
        }
      }
    }
    return lists;
  } finally {
    for (const open of opened) await open[Symbol.asyncDispose]();
  }
}

interface FilledStore extends Measurements {
  readonly store: TaskStore;
  readonly requests: ReadonlyMap<number, Awaited<ReturnType<typeof requestsOf>>>;
}

async function fillStore(
  kind: StoreKind,
  open: OpenStore,
  sizes: readonly number[],
): Promise<FilledStore> {
  const store = open.another();
  const requests = new Map<number, Awaited<ReturnType<typeof requestsOf>>>();
  for (const tasks of sizes) {
    progress(`list: saving ${tasks} tasks, ${kind.name}`);
    await fill(open.store, ownerOf(tasks), tasks, numberedTask);
    progress(`list: finding the middle pages of ${tasks} tasks, ${kind.name}`);
    requests.set(tasks, await requestsOf(tasks, ownerOf(tasks), store));
  }
  return { kind, times: new Samples<Measured>(), store, requests };
}

function ownerOf(tasks: number): string {
  return `owner of ${tasks}`;
}

type RatioOf = (measurements: Measurements, query: ListQuery) => number | undefined;

function queriesTable(
  measurements: Measurements,
  sizes: readonly number[],
  ratioOf: RatioOf,
): Table {
  return {
    caption: `Time of a page, ${measurements.kind.name}`,
    columns: [
      'filters',
      'page',
      ...sizes.flatMap((size) => [`${size} median`, 'min', 'max']),
      'ratio',
    ],
    rows: LIST_QUERIES.map((query): Cell[] => [
      queryName(query),
      query.page,
      ...sizes.flatMap((tasks) => {
        const summary = measurements.times.summary({ query, tasks });
        return [summary?.median, summary?.min, summary?.max].map((value) => figure(value, 'ms'));
      }),
      figure(ratioOf(measurements, query), '×'),
    ]),
  };
}

function storesTable(
  measured: readonly Measurements[],
  sizes: readonly number[],
  ratioOf: RatioOf,
): Table {
  return {
    caption: 'Time of a page, over all combinations',
    columns: ['store', 'tasks', 'median', 'fastest', 'slowest', 'ratio, median', 'ratio, worst'],
    rows: measured.flatMap((measurements) => {
      const ratios = LIST_QUERIES.map((query) => ratioOf(measurements, query) ?? Number.NaN);
      return sizes.map((tasks, index): Cell[] => {
        const times = LIST_QUERIES.map(
          (query) => measurements.times.summary({ query, tasks })?.median ?? Number.NaN,
        );
        const { median: middle, min, max } = summarize(times);
        return [
          measurements.kind.name,
          figure(tasks, 'count'),
          figure(middle, 'ms'),
          figure(min, 'ms'),
          figure(max, 'ms'),
          index === 0 ? undefined : figure(median(ratios), '×'),
          index === 0 ? undefined : figure(Math.max(...ratios), '×'),
        ];
      });
    }),
  };
}

/** Pages with and without artifacts, over all combinations of filters. */
function comparedRows(
  measured: readonly Measurements[],
  sizes: readonly number[],
): readonly ComparedRow[] {
  return [false, true].flatMap((artifacts) =>
    sizes.map((tasks) => ({
      what: [artifacts ? 'with' : 'without', figure(tasks, 'count')],
      medianOf: (kind) => {
        const times = measured.find((one) => one.kind === kind)?.times;
        if (times === undefined) return undefined;
        const queries = LIST_QUERIES.filter((query) => query.artifacts === artifacts);
        return median(
          queries.map((query) => times.summary({ query, tasks })?.median ?? Number.NaN),
        );
      },
    })),
  );
}
