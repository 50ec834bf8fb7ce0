import type { BaseTaskStore } from '@a2a-redis/core/task-store';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

import { CONTEXT, loadTask, streamedTask, textsOf } from './fixtures.ts';
import type { RedisTaskStoreSubject } from './subject.ts';

const WRITERS = ['left', 'right', 'third'];
const WRITES = 60;

const names = (writer: string): string[] =>
  Array.from({ length: WRITES }, (_, index) => `${writer}-${index}`);
const only = (all: readonly string[], writer: string): string[] =>
  all.filter((name) => name.startsWith(`${writer}-`));

async function start(appender: URL, args: readonly string[]): Promise<ChildProcess> {
  const child = fork(appender, [...args], { execArgv: [] });
  await once(child, 'message');
  return child;
}

/** Lets three processes write one task at once, to the end. */
async function writeAtOnce(
  appender: URL,
  url: string,
  prefix: string,
  kind: string,
): Promise<unknown[]> {
  const children = await Promise.all(
    WRITERS.map((writer) => start(appender, [url, prefix, 't', writer, String(WRITES), kind])),
  );
  for (const child of children) child.send('go');
  const ends = await Promise.all(children.map(async (child) => once(child, 'exit')));
  return ends.map(([code]: unknown[]) => code);
}

async function expectNothingLost(store: BaseTaskStore): Promise<void> {
  const task = await loadTask(store, 't');
  const texts = textsOf(task);
  const messages = task.history.map(({ messageId }) => messageId);
  for (const writer of WRITERS) {
    expect(only(texts, writer)).toEqual(names(writer));
    expect(only(messages, writer)).toEqual(names(writer));
  }
  expect(texts).toHaveLength(1 + WRITERS.length * WRITES);
  expect(texts[0]).toBe('first');
  expect(messages).toHaveLength(WRITERS.length * WRITES);
  expect(task.metadata).toEqual(
    Object.fromEntries(
      WRITERS.flatMap((writer) => names(writer).map((name, index) => [name, index])),
    ),
  );
}

/** Processes that write one task at once lose nothing. */
export function keepsWritesOfProcesses({
  open,
  appender,
  describeOnServer,
  describeOnCluster,
}: RedisTaskStoreSubject): void {
  describeOnServer('three processes that write one task at once', (server) => {
    it('lose nothing, and each keeps its order', async () => {
      const prefix = newPrefix();
      const store = open(server.client, { prefix });
      await store.save(streamedTask('t', 'first'), CONTEXT);
      expect(await writeAtOnce(appender, server.url, prefix, 'single')).toEqual([0, 0, 0]);
      await expectNothingLost(store);
    });

    it('lose nothing that was acknowledged when one of them is killed', async () => {
      const { url } = server;
      const prefix = newPrefix();
      const store = open(server.client, { prefix });
      await store.save(streamedTask('t', 'first'), CONTEXT);

      const acknowledged: string[] = [];
      const victim = await start(appender, [url, prefix, 't', 'left', '100000', 'single']);
      const survivor = await start(appender, [url, prefix, 't', 'right', String(WRITES), 'single']);
      const killed = once(victim, 'exit');
      victim.on('message', (name: string) => {
        acknowledged.push(name);
        if (acknowledged.length === 25) victim.kill('SIGKILL');
      });
      const ended = once(survivor, 'exit');
      victim.send('go');
      survivor.send('go');
      await Promise.all([killed, ended]);

      const texts = textsOf(await store.load('t', CONTEXT));
      const stored = only(texts, 'left');
      // The write that was under way when the process died may or may not be there.
      expect(stored.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(stored).toHaveLength(new Set(stored).size);
      expect(only(texts, 'right')).toEqual(names('right'));
    });
  });

  describeOnCluster('three processes that write one task at once on a cluster', (cluster) => {
    it('lose nothing, and each keeps its order', async () => {
      const prefix = newPrefix();
      const store = open(cluster.client, { prefix });
      await store.save(streamedTask('t', 'first'), CONTEXT);
      expect(await writeAtOnce(appender, cluster.url, prefix, 'cluster')).toEqual([0, 0, 0]);
      await expectNothingLost(store);
    });
  });
}
