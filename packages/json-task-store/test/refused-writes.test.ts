import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import {
  contentOf,
  CONTEXT,
  loadTask,
  streamedTask,
  text,
  textsOf,
} from '@a2a-redis-internal/contract/redis-task-stores';
import { listRequest, messageOf, statusAt } from '@a2a-redis-internal/contract/task-fixtures';
import type { RedisServer } from '@a2a-redis-internal/redis-server';
import { type Task, TaskState } from '@a2a-js/sdk';
import { AgentEvent, type AgentExecutionEvent, ResultManager } from '@a2a-js/sdk/server';
import { A2ARedisError } from '@a2a-redis/core';
import { withEventId } from '@a2a-redis/core/task-store';
import { type RedisScriptClient } from '@a2a-redis/core/shared';
import fc from 'fast-check';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore } from '../src/index.ts';
import { describeWithJson, describeWithJsonProcess, startJsonProcess } from './servers.ts';

const LIMIT = 'json.max-document-size';
const REFUSED = { name: 'A2ARedisError', code: 'COMMAND_FAILED' };
const LONG = 'x'.repeat(5000);

describeWithJsonProcess('a write that is too large for the server', () => {
  let server: RedisServer;
  let client: RedisClientType;
  let hasLimit: boolean;
  let prefix: string;
  let store: RedisJSONTaskStore;

  beforeAll(async () => {
    server = await startJsonProcess();
    client = await connect(server.url);
    hasLimit = LIMIT in (await client.configGet(LIMIT));
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  beforeEach(async (context) => {
    if (!hasLimit) context.skip('the server has no limit for the size of documents');
    await client.configSet(LIMIT, '0');
    prefix = newPrefix();
    store = another();
  });

  const another = (): RedisJSONTaskStore => new RedisJSONTaskStore(client, { prefix });
  const limitTo = async (bytes: number): Promise<unknown> => client.configSet(LIMIT, String(bytes));

  test('and overwrites a task leaves that task as it was', async () => {
    const brief = new RedisJSONTaskStore(client, { prefix, ttlSeconds: 1000 });
    await brief.save(streamedTask('t', 'one'), CONTEXT);
    const before = await contentOf(client, prefix);
    await limitTo(3000);
    const save = another().save(streamedTask('t', LONG), CONTEXT);
    await expect(save).rejects.toMatchObject(REFUSED);
    expect(await contentOf(client, prefix)).toEqual(before);
    expect(await client.ttl(`${prefix}{acme:ann:t}`)).toBeGreaterThan(0);
    expect(textsOf(await store.load('t', CONTEXT))).toEqual(['one']);
  });

  test('and changes a task leaves record and index as they were, however often it is sent', async () => {
    await store.save({ ...streamedTask('t', 'one'), metadata: { a: 1 } }, CONTEXT);
    const before = await contentOf(client, prefix);
    await limitTo(3000);
    const repeating: RedisScriptClient = {
      evalSha: async (sha1, call) => {
        await client.evalSha(sha1, call).catch(() => {});
        return client.evalSha(sha1, call);
      },
      eval: async (script, call) => {
        await client.eval(script, call).catch(() => {});
        return client.eval(script, call);
      },
    };
    const sentTwice = new RedisJSONTaskStore(repeating, { prefix });
    const task = await loadTask(sentTwice, 't');
    task.status = statusAt(1, TaskState.TASK_STATE_COMPLETED);
    task.metadata = undefined;
    task.history.push(messageOf('m'));
    task.artifacts[0]?.parts.push(text(LONG));
    await expect(sentTwice.save(task, CONTEXT)).rejects.toMatchObject(REFUSED);
    expect(await contentOf(client, prefix)).toEqual(before);
    const completed = listRequest({ status: TaskState.TASK_STATE_COMPLETED });
    expect((await store.list(completed, CONTEXT)).totalSize).toBe(0);
  });

  test('and sets a path leaves the task as it was', async () => {
    await store.save(streamedTask('t', 'one'), CONTEXT);
    const before = await contentOf(client, prefix);
    await limitTo(3000);
    const update = store.updatePath('t', '$.metadata.long', CONTEXT, () => LONG);
    await expect(update).rejects.toMatchObject(REFUSED);
    expect(await contentOf(client, prefix)).toEqual(before);
    await store.updatePath('t', '$.metadata.short', CONTEXT, () => 'x');
    expect((await another().load('t', CONTEXT))?.metadata).toEqual({ short: 'x' });
  });

  test('and applies an event with an id leaves no trace of it, and the event can come again', async () => {
    await store.save(streamedTask('t', 'one'), CONTEXT);
    const before = await contentOf(client, prefix);
    const manager = new ResultManager(store, CONTEXT);
    const event = (value: string): AgentExecutionEvent =>
      withEventId(
        AgentEvent.artifactUpdate({
          taskId: 't',
          contextId: 'context',
          artifact: {
            artifactId: 'a',
            name: '',
            description: '',
            parts: [text(value)],
            metadata: undefined,
            extensions: [],
          },
          append: true,
          lastChunk: false,
          metadata: undefined,
        }),
        { publisher: 'p', counter: 1 },
      );
    await limitTo(3000);
    await expect(manager.processEvent(event(LONG))).rejects.toMatchObject(REFUSED);
    expect(await contentOf(client, prefix)).toEqual(before);
    await new ResultManager(another(), CONTEXT).processEvent(event('two'));
    await new ResultManager(another(), CONTEXT).processEvent(event('two'));
    expect(textsOf(await another().load('t', CONTEXT))).toEqual(['one', 'two']);
  });

  const texts = fc.array(fc.constantFrom('a', 'b', 'c'.repeat(100), 'd'.repeat(400)), {
    maxLength: 6,
  });
  const tasks = fc
    .record({
      state: fc.constantFrom(TaskState.TASK_STATE_WORKING, TaskState.TASK_STATE_INPUT_REQUIRED),
      note: fc.option(fc.constantFrom('n', 'o'.repeat(300)), { nil: undefined }),
      messages: texts,
      first: texts,
      second: fc.option(texts, { nil: undefined }),
      name: fc.constantFrom('', 'n', 'p'.repeat(200)),
    })
    .map(({ state, note, messages, first, second, name }): Task => {
      const artifacts = [first, ...(second === undefined ? [] : [second])].map((of, index) => ({
        ...streamedTask('t', ...of).artifacts[0],
        artifactId: `a-${index}`,
        name,
        description: '',
        parts: of.map(text),
        metadata: undefined,
        extensions: [],
      }));
      const history = messages.map((id, index) => messageOf(`${index} ${id}`));
      const metadata = note === undefined ? undefined : { note };
      return { ...streamedTask('t'), status: statusAt(0, state), history, artifacts, metadata };
    });

  test('is as if it had not been made: a task goes on as one to which it did not happen', async () => {
    let [refused, made] = [0, 0];
    const steps = fc.array(fc.record({ task: tasks, room: fc.integer({ min: 1, max: 1500 }) }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(tasks, steps, async (first, changes) => {
        await limitTo(0);
        prefix = newPrefix();
        store = another();
        const record = `${prefix}{acme:ann:t}`;
        await store.save(first, CONTEXT);
        let expected = structuredClone(first);
        for (const { task, room } of changes) {
          const draft = await loadTask(store, 't');
          Object.assign(draft, structuredClone({ ...task, id: 't' }));
          const before = await contentOf(client, prefix);
          const size = await client.sendCommand(['JSON.DEBUG', 'MEMORY', record]);
          await limitTo(Number(size) + room);
          const outcome = await store.save(draft, CONTEXT).then(
            () => 'made',
            (error: unknown) => (error instanceof A2ARedisError ? error.code : error),
          );
          const isMade = outcome === 'made';
          if (isMade) expected = structuredClone(task);
          made += Number(isMade);
          refused += Number(!isMade);
          const after = await contentOf(client, prefix);
          expect([outcome, isMade ? before : after]).toEqual([
            isMade ? 'made' : REFUSED.code,
            before,
          ]);
          expect(await another().load('t', CONTEXT)).toEqual(expected);
        }
        await limitTo(0);
        const draft = await loadTask(store, 't');
        draft.artifacts[0]?.parts.push(text('last'));
        await store.save(draft, CONTEXT);
        expected.artifacts[0]?.parts.push(text('last'));
        expect(await another().load('t', CONTEXT)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
    expect(refused).toBeGreaterThan(10);
    expect(made).toBeGreaterThan(10);
  });
});

describeWithJson('a write of which the server refuses one command', (server) => {
  describe.each(['json.arrappend', 'json.set', 'json.del'])('%s', (command) => {
    test('leaves the record as it was', async () => {
      const prefix = newPrefix();
      const user = prefix.replaceAll(/\W/g, '');
      await new RedisJSONTaskStore(server.client, { prefix }).save(
        { ...streamedTask('t', 'one', 'two'), metadata: { a: 1 }, history: [messageOf('m')] },
        CONTEXT,
      );
      const before = await contentOf(server.client, prefix);
      const rules = ['on', '>secret', '~*', '+@all', `-${command}`];
      await server.client.aclSetUser(user, rules);
      const url = new URL(server.url);
      url.username = user;
      url.password = 'secret';
      const client = await connect(url.href);
      const store = new RedisJSONTaskStore(client, { prefix });
      const task = await loadTask(store, 't');
      task.status = statusAt(1, TaskState.TASK_STATE_COMPLETED);
      task.metadata = undefined;
      task.history.push(messageOf('n'));
      task.artifacts[0]?.parts.splice(1, 1, text('changed'));
      await expect(store.save(task, CONTEXT)).rejects.toMatchObject(REFUSED);
      expect(await contentOf(server.client, prefix)).toEqual(before);
      client.destroy();
      await server.client.aclDelUser(user);
    });
  });
});
