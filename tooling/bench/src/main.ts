import { writeFile } from 'node:fs/promises';

import { startRedisJsonServer, startRedisServer } from '@a2a-redis-internal/redis-server';

import type { Benchmark } from './benchmark.ts';
import { bytesBenchmark } from './bytes.ts';
import { describeEnvironment, describeServer } from './environment.ts';
import { listBenchmark } from './list.ts';
import { loadBenchmark } from './load.ts';
import { memoryBenchmark } from './memory.ts';
import { type Options, parseOptions } from './options.ts';
import { progress } from './progress.ts';
import { formatRequirements, formatSection, isMet, type Section } from './report.ts';
import { latencyBenchmark } from './queues/latency.ts';
import { manyTasksBenchmark } from './queues/many-tasks.ts';
import { publishBenchmark } from './queues/publish.ts';
import { queueStreamBenchmark } from './queues/queue-stream.ts';
import { findStores } from './stores/find-stores.ts';
import { jsonServerStores } from './stores/json-server.ts';
import { redisStore } from './stores/redis.ts';
import { streamBenchmark } from './stream.ts';
import { webhooksBenchmark } from './webhooks/webhooks.ts';

const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map([
  ['stream', streamBenchmark],
  ['bytes', bytesBenchmark],
  ['list', listBenchmark],
  ['memory', memoryBenchmark],
  ['load', loadBenchmark],
  ['publish', publishBenchmark],
  ['latency', latencyBenchmark],
  ['many', manyTasksBenchmark],
  ['queue-stream', queueStreamBenchmark],
  ['webhooks', webhooksBenchmark],
]);

const USAGE = `pnpm bench [options]

  --quick         small sizes, under a minute; requirements of large sizes are not measured
  --only <name>   one benchmark (repeatable): ${[...BENCHMARKS.keys()].join(', ')}
  --json <file>   write the figures to a file, too
  --strict        exit with 1 when a requirement is missed
`;

const options = readOptions();
if (options?.help === true) console.log(USAGE);
else if (options !== undefined) await run(options);

function readOptions(): Options | undefined {
  try {
    return parseOptions(process.argv.slice(2), [...BENCHMARKS.keys()]);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function run({ quick, only, json: file, strict }: Options): Promise<void> {
  await using server = await startRedisServer();
  const found = await startRedisJsonServer();
  await using jsonServer = 'unavailable' in found ? undefined : found;
  const environment = describeEnvironment(
    server,
    jsonServer && (await describeServer(jsonServer.url)),
  );
  const { date, cores, node, redis, json } = environment;
  const { baselines, missing } = await findStores(server.url);
  if ('unavailable' in found) missing.push(withoutJson(found.unavailable));
  const servers = `Redis ${redis}${json === undefined ? '' : `; JSON server: ${json}`}`;
  console.log(`# Benchmarks\n\n${date}; ${cores} cores; Node ${node}; ${servers}.`);
  for (const line of missing) console.log(`\n${line}`);

  const sections: Section[] = [];
  for (const [name, benchmark] of BENCHMARKS) {
    if (!only.includes(name)) continue;
    const section = await benchmark({
      quick,
      url: server.url,
      redis: redisStore(server.url),
      baselines,
      json: jsonServer && jsonServerStores(jsonServer.url),
    });
    sections.push(section);
    console.log(`\n${formatSection(section)}`);
  }
  const requirements = sections.flatMap((section) => section.requirements);
  if (requirements.length > 0) console.log(`\n${formatRequirements(requirements)}`);
  if (file !== undefined) {
    await writeFile(file, `${JSON.stringify({ environment, missing, sections }, undefined, 2)}\n`);
    progress(`wrote ${file}`);
  }
  if (strict && requirements.some((requirement) => isMet(requirement) === false)) {
    process.exitCode = 1;
  }
}

function withoutJson(reason: string): string {
  return `RedisJSONTaskStore was left out: no server with JSON commands (${reason.replaceAll(/\s+/g, ' ')})`;
}
