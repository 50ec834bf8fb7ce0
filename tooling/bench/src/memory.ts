import { type Task, TaskState } from '@a2a-js/sdk';
import type { TaskStore } from '@a2a-js/sdk/server';
import { RedisTaskStore } from '@a2a-redis/task-store';
import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClient } from 'redis';

import type { Benchmark } from './benchmark.ts';
import { fill } from './fill.ts';
import { progress } from './progress.ts';
import { type InfoClient, infoNumber } from './redis-info.ts';
import { type Cell, figure } from './report.ts';
import { jsonHashStore } from './stores/json-hash.ts';
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

/** Memory of Redis per task, against the task's JSON. */
export const memoryBenchmark: Benchmark = async ({ quick }) => {
  const rows: Cell[][] = [];
  const kinds = quick ? KINDS.map((kind) => ({ ...kind, count: kind.count / 5 })) : KINDS;
  for (const kind of kinds) {
    progress(`memory: ${kind.count} tasks, ${kind.name}`);
    rows.push(await measure(kind));
  }
  return {
    title: 'Memory in Redis per task',
    notes: [
      `Tasks of one owner, each in a context of its own, so that the index is at its largest: ${kinds.map(({ name, count }) => `${count.toLocaleString('en-US')} ${name.split(':')[0] ?? ''}`).join(', ')}. Record and index are \`MEMORY USAGE … SAMPLES 0\` of their keys, per task; \`all\` is the growth of the server's \`used_memory\`, which holds the table of keys as well. Messages have 100 bytes of text, parts 200.`,
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
    ],
    requirements: [],
  };
};

async function measure({ name, count, make }: Kind): Promise<Cell[]> {
  await using server = await startRedisServer();
  const client = await createClient({ url: server.url }).connect();
  try {
    // Loads the scripts, which would count otherwise.
    await fill(new RedisTaskStore(client, { prefix: 'warm-up:' }), 'owner', 1, make);
    const all = await growth(new RedisTaskStore(client, { prefix: 'tasks:' }));
    let [record, index] = [0, 0];
    for await (const keys of client.scanIterator({ MATCH: 'tasks:*', COUNT: 1000 })) {
      for (const key of keys) {
        const usage = (await client.memoryUsage(key, { SAMPLES: 0 })) ?? 0;
        // A record holds one task's data; every key of the index names the scope alone.
        if ((await client.type(key)) === 'hash' && (await client.hExists(key, 'v')))
          record += usage;
        else index += usage;
      }
    }
    await using plain = await jsonHashStore(server.url).open();
    const plainAll = await growth(plain.store);
    const json = jsonBytes(make());
    return [
      name,
      figure(json, 'bytes'),
      figure(record / count, 'bytes'),
      figure(index / count, 'bytes'),
      figure(all, 'bytes'),
      figure(record / count / json, '×'),
      figure(all / json, '×'),
      figure(plainAll, 'bytes'),
      figure(plainAll / json, '×'),
    ];
  } finally {
    await client.close();
  }

  async function growth(store: TaskStore): Promise<number> {
    const before = await usedBytes(client);
    await fill(store, 'owner', count, make);
    return ((await usedBytes(client)) - before) / count;
  }
}

/** Without the buffers of connections, which keep the size of the largest command for a while. */
async function usedBytes(client: InfoClient): Promise<number> {
  const used = await infoNumber(client, 'memory', 'used_memory:');
  return used - (await infoNumber(client, 'memory', 'mem_clients_normal:'));
}
