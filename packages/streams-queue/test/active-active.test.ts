import { CONTEXT, sendRequest } from '@a2a-redis-internal/contract/queue-fixtures';
import { type ClosableClient, Replica } from '@a2a-redis-internal/contract/redis-queue-managers';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { STREAMS } from './subject.ts';

/**
 * What an Active-Active database does of it by default: XADD refuses ids of both parts, wherever it is called. In which
 * words is not documented.
 * https://redis.io/docs/latest/operate/rs/databases/active-active/develop/data-types/streams
 */
const STRICT = `
  local real = redis
  local function is_refused(command, ...)
    if command ~= 'XADD' then return false end
    for _, argument in ipairs({ ... }) do
      if argument == '*' then return false end
      if string.find(argument, '^%d+%-%d+$') then return true end
    end
  end
  local refusal = { err = 'ERR full IDs are not taken here' }
  local redis = setmetatable({
    call = function(...)
      if is_refused(...) then error(refusal) end
      return real.call(...)
    end,
    pcall = function(...)
      if is_refused(...) then return refusal end
      return real.pcall(...)
    end,
  }, { __index = real })
`;

/** A server that takes no stream ids but its own. */
function activeActive(client: RedisClientType): ClosableClient & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    evalSha: async () => Promise.reject(new Error('NOSCRIPT No matching script.')),
    eval: async (script, options) => {
      calls.push(options?.keys?.[0] ?? '');
      return client.eval(`${STRICT}\n${script}`, options);
    },
    isOpen: true,
    destroy: () => {},
  };
}

const UNSUPPORTED = {
  name: 'A2ARedisError',
  code: 'SERVER_UNSUPPORTED',
  message:
    'This Redis server gives stream entries ids of its own only, as an Active-Active database does. Queues on Redis Streams need another database, or use RedisPubSubQueueManager.',
};

describe('on an Active-Active database', () => {
  let server: RedisServer;
  let client: RedisClientType;
  beforeAll(async () => {
    server = await startRedisServer();
    client = await connect(server.url);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  async function start(): Promise<Replica<ClosableClient> & { prefix: string }> {
    const prefix = newPrefix();
    const options = { subscriber: client, closeDeadlineMs: 100 };
    return Object.assign(Replica.on(STREAMS, activeActive(client), prefix, options), { prefix });
  }

  /** Of a prefix, but for the list of replicas. */
  async function keysOf(prefix: string): Promise<string[]> {
    const keys = await client.keys(`${prefix}*`);
    return keys.filter((key) => !key.endsWith('{replicas}'));
  }

  it('nothing is executed, and the call says why', async () => {
    await using replica = await start();
    await expect(replica.handler.sendMessage(sendRequest({}), CONTEXT)).rejects.toMatchObject({
      ...UNSUPPORTED,
      detail: expect.stringMatching(/The server said: ERR full IDs are not taken here$/),
    });
    expect(replica.executor.executions).toEqual([]);
    expect(await keysOf(replica.prefix)).toEqual([]);
  });

  it('who subscribes is told, and does not wait', async () => {
    await using replica = await start();
    const { id } = { id: 't' };
    const context = CONTEXT;
    await replica.tasks.save(
      {
        id,
        contextId: 'c',
        status: { state: 2, timestamp: '2026-01-01T00:00:00.000Z', message: undefined },
        artifacts: [],
        history: [],
        metadata: undefined,
      },
      context,
    );
    await expect(replica.resubscribe(id).ended).rejects.toMatchObject(UNSUPPORTED);
  });

  it('a direct queue is not opened', async () => {
    await using replica = await start();
    await expect(replica.queues.createOrTap('jobs')).rejects.toMatchObject(UNSUPPORTED);
    expect(await keysOf(replica.prefix)).toEqual([]);
  });
});

it('whether a server takes ids is found out once for a client, and leaves nothing', async () => {
  await using server = await startRedisServer();
  const client = await connect(server.url);
  const calls: string[] = [];
  const watched: ClosableClient = {
    evalSha: async (sha1, options) => {
      calls.push(options?.keys?.[0] ?? '');
      return client.evalSha(sha1, options);
    },
    eval: async (script, options) => client.eval(script, options),
    isOpen: true,
    destroy: () => {},
  };
  const prefixes = [newPrefix(), newPrefix()];
  for (const prefix of prefixes) {
    await using replica = Replica.on(STREAMS, watched, prefix, { subscriber: client });
    const queue = await replica.queues.createOrTap('jobs');
    await queue.close();
  }
  const probe = `${prefixes[0]}queues:{probe}`;
  // Before its first call, a client asks what else the server can do, by the key of that call: once, too.
  expect(calls.filter((key) => key.endsWith('{probe}'))).toEqual([probe, probe]);
  expect(await client.exists(probe)).toBe(0);
  client.destroy();
});
