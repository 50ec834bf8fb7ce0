import { randomUUID } from 'node:crypto';

import { type Task, TaskState } from '@a2a-js/sdk';
import { RedisJSONTaskStore } from '@a2a-redis/json-task-store';
import { RedisTaskStore } from '@a2a-redis/task-store';
import { startRedisJsonServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClient, type RedisClientType } from 'redis';

import type { Benchmark } from './benchmark.ts';
import { fill } from './fill.ts';
import { progress } from './progress.ts';
import { type Cell, figure, type Table } from './report.ts';
import { jsonHashStore } from './stores/json-hash.ts';
import { deleteKeys } from './stores/redis.ts';
import { growth, type MakeStore, measureMemory, type MemoryPerTask } from './task-memory.ts';
import { jsonBytes, taskWith } from './workload.ts';

interface Kind {
  readonly name: string;
  readonly count: number;
  readonly make: () => Task;
}

const working = { state: TaskState.TASK_STATE_WORKING };
const KINDS: readonly Kind[] = [
  {
    name: 'small: 3 messages, 1 artifact of 1 part',
    count: 10_000,
    make: () => taskWith({ messages: 3, artifacts: 1, parts: 1, ...working }),
  },
  {
    name: 'medium: 20 messages, 5 artifacts of 20 parts',
    count: 500,
    make: () => taskWith({ messages: 20, artifacts: 5, parts: 20, ...working }),
  },
  {
    name: 'large: 3 messages, 1 artifact of 5,000 parts',
    count: 5,
    make: () => taskWith({ messages: 3, artifacts: 1, parts: 5000, ...working }),
  },
];

const hashStore: MakeStore = (client, prefix) => new RedisTaskStore(client, { prefix });
const jsonStore: MakeStore = (client, prefix) => new RedisJSONTaskStore(client, { prefix });

/** Memory of Redis per task, against the task's JSON. */
export const memoryBenchmark: Benchmark = async ({ quick, json }) => {
  const rows: Cell[][] = [];
  const jsonRows: Cell[][] = [];
  const kinds = quick ? KINDS.map((kind) => ({ ...kind, count: kind.count / 5 })) : KINDS;
  for (const kind of kinds) {
    progress(`memory: ${kind.count} tasks, ${kind.name}`);
    rows.push(await measure(kind));
    if (json === undefined) continue;
    progress(`memory: ${kind.count} tasks, ${kind.name}, on the JSON server`);
    jsonRows.push(...(await measureOnJsonServer(kind)));
  }
  return {
    title: 'Memory in Redis per task',
    notes: [
      `Tasks of one owner, each in a context of its own, so that the index is at its largest: ${kinds.map(({ name, count }) => `${count.toLocaleString('en-US')} ${shortName(name)}`).join(', ')}. Record and index are \`MEMORY USAGE … SAMPLES 0\` of their keys, per task; \`all\` is the growth of the server's \`used_memory\`, which holds the table of keys as well. Messages have 100 bytes of text, parts 200.`,
    ],
    tables: [
      {
        caption: 'Memory per task',
        columns: [
          'task',
          'JSON',
          'record',
          'index',
          'all',
          'record to JSON',
          'all to JSON',
          'hash of JSON, all',
          'to JSON',
        ],
        rows,
      },
      ...(json ? [jsonTable(jsonRows)] : []),
    ],
    requirements: [],
  };
};

function jsonTable(rows: readonly Cell[][]): Table {
  return {
    caption: 'Memory per task, both stores on the JSON server',
    columns: [
      'task',
      'store',
      'JSON',
      'record',
      'index',
      'all',
      'record to JSON',
      'all to JSON',
      'record to hash',
      'all to hash',
    ],
    rows,
  };
}

async function measure({ name, count, make }: Kind): Promise<Cell[]> {
  await using server = await startRedisServer();
  const client: RedisClientType = createClient({ url: server.url });
  await client.connect();
  try {
    const memory = await measureMemory(client, server.url, 'bench:', hashStore, count, make);
    await using plain = await jsonHashStore(server.url).open();
    const filled = growth(client, async () => fill(plain.store, 'owner', count, make));
    const plainAll = (await filled) / count;
    const json = jsonBytes(make());
    return [
      name,
      figure(json, 'bytes'),
      ...memoryCells(memory, json),
      figure(plainAll, 'bytes'),
      figure(plainAll / json, '×'),
    ];
  } finally {
    await client.close();
  }
}

/** Both stores on one server: a new one where one can be started, as for the other rows. */
async function measureOnJsonServer({ name, count, make }: Kind): Promise<Cell[][]> {
  const found = await startRedisJsonServer();
  if ('unavailable' in found) return [];
  await using server = found;
  const client: RedisClientType = createClient({ url: server.url });
  await client.connect();
  const prefix = `bench:${randomUUID()}:`;
  try {
    const measured = async (place: string, makeStore: MakeStore): Promise<MemoryPerTask> =>
      measureMemory(client, server.url, `${prefix}${place}:`, makeStore, count, make);
    const hash = await measured('hash', hashStore);
    const json = await measured('json', jsonStore);
    const raw = jsonBytes(make());
    const row = (store: string, memory: MemoryPerTask): Cell[] => [
      shortName(name),
      store,
      figure(raw, 'bytes'),
      ...memoryCells(memory, raw),
      figure(memory.record / hash.record, '×'),
      figure(memory.all / hash.all, '×'),
    ];
    return [row('RedisTaskStore', hash), row('RedisJSONTaskStore', json)];
  } finally {
    await deleteKeys(client, prefix);
    await client.close();
  }
}

function memoryCells({ record, index, all }: MemoryPerTask, json: number): Cell[] {
  return [
    figure(record, 'bytes'),
    figure(index, 'bytes'),
    figure(all, 'bytes'),
    figure(record / json, '×'),
    figure(all / json, '×'),
  ];
}

function shortName(name: string): string {
  return name.split(':')[0] ?? '';
}
