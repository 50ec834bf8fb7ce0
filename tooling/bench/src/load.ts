import { TaskState } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';

import type { Benchmark } from './benchmark.ts';
import { jsonToHashTable } from './json-to-hash.ts';
import { progress } from './progress.ts';
import { type Cell, figure, summaryCells } from './report.ts';
import { ratio, Samples } from './statistics.ts';
import type { OpenStore } from './stores/store.ts';
import { contextOf, taskWith } from './workload.ts';

const PARTS = [1, 100, 5000] as const;
const CONTEXT = contextOf('owner');

interface Measured {
  readonly store: string;
  readonly parts: number;
  readonly kind: 'cold' | 'warm';
}

/** Time to load a task that another process wrote, and one that did not change since the last load. */
export const loadBenchmark: Benchmark = async ({ quick, redis, baselines, json }) => {
  const rounds = quick ? 5 : 31;
  const times = new Samples<Measured>();
  const kinds = [redis, ...baselines, ...(json ? [json.hash, json.json] : [])];
  for (const parts of PARTS) {
    progress(`load: tasks of ${parts} parts, ${rounds} rounds`);
    const opened: { name: string; open: OpenStore; taskId: string }[] = [];
    try {
      for (const kind of kinds) {
        const task = taskWith({
          messages: 1,
          artifacts: 1,
          parts,
          state: TaskState.TASK_STATE_WORKING,
        });
        opened.push({ name: kind.name, open: await kind.open(), taskId: task.id });
        await opened.at(-1)?.open.store.save(task, CONTEXT);
      }
      for (let round = 0; round <= rounds; round += 1) {
        for (const { name, open, taskId } of opened) {
          const store = open.another();
          const cold = await timeLoad(store, taskId, parts);
          const warm = await timeLoad(store, taskId, parts);
          // Round 0 warms up.
          if (round === 0) continue;
          times.add({ store: name, parts, kind: 'cold' }, cold);
          times.add({ store: name, parts, kind: 'warm' }, warm);
        }
      }
    } finally {
      for (const { open } of opened) await open[Symbol.asyncDispose]();
    }
  }
  const row = (store: string, parts: number, kind: 'cold' | 'warm'): Cell[] => {
    const summary = times.summary({ store, parts, kind });
    const own = times.summary({ store: redis.name, parts, kind });
    return [
      store,
      figure(parts, 'count'),
      kind,
      ...summaryCells(summary, 'ms'),
      figure(ratio(summary?.median, own?.median), '×'),
    ];
  };
  return {
    title: 'Loading a task',
    notes: [
      'Cold: the instance does not know the task, as when another process wrote it. Warm: the same instance loads it again, unchanged. Only our own stores tell the two apart. Rounds are interleaved over stores.',
    ],
    tables: [
      {
        caption: 'Time of a load',
        columns: ['store', 'parts', 'kind', 'median', 'min', 'max', 'to Redis'],
        rows: kinds.flatMap(({ name }) =>
          PARTS.flatMap((parts) => [row(name, parts, 'cold'), row(name, parts, 'warm')]),
        ),
      },
      ...(json
        ? [
            jsonToHashTable(
              json,
              'ms',
              ['parts', 'kind'],
              PARTS.flatMap((parts) =>
                (['cold', 'warm'] as const).map((kind) => ({
                  what: [figure(parts, 'count'), kind],
                  medianOf: ({ name: store }) => times.summary({ store, parts, kind })?.median,
                })),
              ),
            ),
          ]
        : []),
    ],
    requirements: [],
  };
};

async function timeLoad(store: TaskStore, taskId: string, parts: number): Promise<number> {
  const started = performance.now();
  const task = await store.load(taskId, CONTEXT);
  const wallMs = performance.now() - started;
  const loaded = task?.artifacts[0]?.parts.length;
  if (loaded !== parts) throw new Error(`Of ${parts} parts, ${String(loaded)} were loaded.`);
  return wallMs;
}
