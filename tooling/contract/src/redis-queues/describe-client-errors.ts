import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { Task, TaskState } from '@a2a-js/sdk';
import {
  DefaultRequestHandler,
  JsonRpcTransportHandler,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import { newPrefix } from '@a2a-redis-internal/redis-clients';
import { A2ARedisError, createRedisClient, type RedisClient } from '@a2a-redis/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CARD } from '../queues/agent-card.ts';
import { taskEvent } from '../queues/driven-events.ts';
import { useServer } from '../shared-server.ts';
import type { RedisQueueManager, RedisQueueManagerSubject } from './subject.ts';

const TENANT = 'tyrell-corporation';
const OWNER = 'olga@example.org';
const DEADLINE_MS = 300;
const INTERNAL_ERROR = -32_603;

const KNOWN = Task.fromJSON({
  id: 'known',
  contextId: 'c',
  status: { state: 'TASK_STATE_WORKING' },
});

/** What a client of one user and tenant may ask for, about a task that is stored. */
const REQUESTS: Readonly<Record<string, object>> = {
  GetTask: { id: 'known' },
  ListTasks: {},
  CancelTask: { id: 'known' },
  SubscribeToTask: { id: 'known' },
  SendMessage: { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'go on' }] } },
  SendStreamingMessage: { message: { messageId: 'n', role: 'ROLE_USER', parts: [{ text: 'go' }] } },
};

/** Requests that begin with a look at what is stored. */
const READING = ['GetTask', 'ListTasks', 'CancelTask', 'SubscribeToTask'];

/** Declares the tests of what a client of an agent is told of trouble with Redis, and what its operators are. */
export function describeClientErrors(subject: RedisQueueManagerSubject): void {
  describe(`what clients are told, with a ${subject.name}`, () => {
    const used = useServer({ processControl: true });
    const published: A2ARedisError[] = [];
    let prefix = '';
    let admin: RedisClient;
    let client: RedisClient;
    let queues: RedisQueueManager;
    let transport: JsonRpcTransportHandler;

    const note = (message: unknown): void => {
      if (message instanceof A2ARedisError) published.push(message);
    };

    beforeEach(async () => {
      prefix = newPrefix();
      admin = await createRedisClient({ url: used.url });
      client = await createRedisClient({ url: used.url });
      const store = subject.openStore(client, `${prefix}tasks:`, { deadlineMs: DEADLINE_MS });
      queues = subject.openQueues(client, {
        prefix: `${prefix}queues:`,
        taskStore: store,
        publishDeadlineMs: 1000,
        onError: () => {},
      });
      const executor = queues.distribute({
        execute: async (request, bus) => {
          bus.publish(taskEvent(request, TaskState.TASK_STATE_COMPLETED));
          bus.finished();
        },
        cancelTask: async () => {},
      });
      transport = new JsonRpcTransportHandler(
        new DefaultRequestHandler(CARD, store, executor, queues),
      );
      await store.save(KNOWN, contextOf());
      published.length = 0;
      subscribe('a2a-redis:error', note);
    });

    afterEach(async () => {
      unsubscribe('a2a-redis:error', note);
      await queues.close();
      client.destroy();
      admin.destroy();
    });

    it.each(READING)('%s of a damaged record says that it cannot be read', async (method) => {
      const [key = ''] = await admin.keys(`${prefix}tasks:{*:known}`);
      await admin.set(key, 'damaged');
      expect(await told(method)).toEqual(['A stored record cannot be read.']);
      expectPublished(
        'CORRUPT_RECORD',
        `Record ${JSON.stringify(key)}, field "": the key holds another type of value.`,
      );
    });

    describe('by a server without memory', () => {
      beforeEach(async () => void (await admin.configSet('maxmemory', '1')));
      afterEach(async () => void (await admin.configSet('maxmemory', '0')));

      it.each<readonly [string, readonly string[]]>([
        ['CancelTask', ['Redis refused a call.']],
        // The SDK makes a failed task of it, whose text is looked through as well.
        ['SendMessage', []],
      ])('%s is refused', async (method, messages) => {
        expect(await told(method)).toEqual(messages);
        expectPublished(
          'COMMAND_FAILED',
          /^Script \S+ on key ".+" failed: OOM command not allowed/u,
        );
      });
    });

    it.each(READING)('%s by a closed client says so', async (method) => {
      client.destroy();
      expect(await told(method)).toEqual([
        'The Redis client is closed. Connect it before the first call, and close it after the last.',
      ]);
    });

    it.each(['SendMessage', 'SendStreamingMessage'])(
      '%s by a closed client fails',
      async (method) => {
        client.destroy();
        expect(await told(method)).toEqual([
          expect.stringMatching(
            /^Event \d of task "[-\w]+" is not stored: Redis did not accept it in time\.$/u,
          ),
        ]);
      },
    );

    it.each(READING)(
      '%s of a silent server says that there was no answer in time',
      async (method) => {
        used.server.pause();
        const messages = await told(method);
        used.server.resume();
        expect(messages).toEqual([`A call to Redis within ${DEADLINE_MS} ms: no answer in time.`]);
        expectPublished(
          'DEADLINE_EXCEEDED',
          /^Script \S+ on key ".+" within 300 ms: no answer in time\.$/u,
        );
      },
    );

    /**
     * The messages of the errors that a client gets. Neither they nor anything else that it gets holds what only
     * operators may know.
     */
    async function told(method: string): Promise<readonly string[]> {
      const request = { jsonrpc: '2.0', id: 1, method, params: REQUESTS[method] ?? {} };
      const answers = await allAnswers(await transport.handle(request, contextOf()));
      const { hostname, port } = new URL(used.url);
      const secrets = [prefix, OWNER, encodeURIComponent(OWNER), TENANT, hostname, port];
      for (const { detail = '', cause } of published) {
        const [, script] = /^Script (\S+) /u.exec(detail) ?? [];
        if (script !== undefined) secrets.push(script);
        if (cause instanceof Error) secrets.push(cause.message);
      }
      // Ids and times are random, and may hold the digits of the port.
      const text = JSON.stringify(answers).replaceAll(
        /[\da-f]{8}-[-\da-f]{27}|\d+-\d+-[-\d]+T[^"]+Z/gu,
        '',
      );
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
      const errors = answers.flatMap(({ error }) =>
        error === undefined ? [] : [rpcErrorOf(error)],
      );
      expect(errors.filter(({ code }) => code !== INTERNAL_ERROR)).toEqual([]);
      return errors.map(({ message }) => message);
    }

    function expectPublished(code: string, detail: string | RegExp): void {
      const isTold = (error: A2ARedisError): boolean =>
        typeof detail === 'string' ? error.detail === detail : detail.test(error.detail ?? '');
      expect(published.filter(isTold).map((error) => error.code)).toContain(code);
    }
  });
}

interface RpcError {
  readonly code: number;
  readonly message: string;
}

function rpcErrorOf(error: unknown): RpcError {
  const members: object = Object(error);
  return {
    code: Number(Reflect.get(members, 'code')),
    message: String(Reflect.get(members, 'message')),
  };
}

/** All answers to a request; what breaks off a stream is sent as its last. */
async function allAnswers(
  answer: Awaited<ReturnType<JsonRpcTransportHandler['handle']>>,
): Promise<readonly { readonly error?: unknown }[]> {
  if (!(Symbol.asyncIterator in answer)) return [answer];
  const answers: { readonly error?: unknown }[] = [];
  try {
    for await (const each of answer) answers.push(each);
  } catch (error) {
    answers.push({ error: JsonRpcTransportHandler.mapToJSONRPCError(error) });
  }
  return answers;
}

function contextOf(): ServerCallContext {
  const user = { isAuthenticated: true, userName: OWNER };
  return new ServerCallContext({ tenant: TENANT, user });
}
