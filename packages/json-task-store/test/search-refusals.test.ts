import { CONTEXT } from '@a2a-redis-internal/contract/redis-task-stores';
import { CLIENT_KINDS, connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { ScriptRunner } from '@a2a-redis/core/shared';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore, type SearchOptions } from '../src/index.ts';
import { TaskSearch } from '../src/task-search.ts';
import { type Engine, type EngineAnswer, playEngine } from './search-engine.ts';

/** Refuses what holds a text, and finds nothing otherwise. */
const refusing =
  (text: string, problem: string): Engine =>
  (command, rest) => {
    if (rest.includes(text)) return new Error(problem);
    return command === 'FT.SEARCH' ? [] : 'OK';
  };

/** An engine that must be given an index first, and says so in some words. */
function withoutIndex(
  words: string,
  create: () => EngineAnswer = () => 'OK',
  search: (rest: string) => EngineAnswer = () => [],
): Engine {
  let isIndexed = false;
  return (command, rest) => {
    if (command !== 'FT.CREATE') return isIndexed ? search(rest) : new Error(words);
    const made = create();
    isIndexed = made === 'OK';
    return made;
  };
}

let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer();
});
afterAll(async () => server.stop());

describe('a search that the engine refuses', () => {
  async function search(
    engine: Engine,
    query: string,
    options: SearchOptions = {},
  ): Promise<unknown> {
    await using played = await playEngine(server.url, engine);
    const client = await connect(played.url);
    try {
      const store = new RedisJSONTaskStore(client, { prefix: newPrefix() });
      return await store.search(query, CONTEXT, options);
    } finally {
      client.destroy();
    }
  }

  const QUERY_AT_FAULT: Readonly<Record<string, readonly [Engine, string, SearchOptions?]>> = {
    'that cannot be read': [refusing('a ~~', 'Syntax error at offset 7 near a'), 'a ~~'],
    'that names a field that there is not': [
      refusing('@nope', 'Unknown field at offset 0 near nope'),
      '@nope:{a}',
    ],
    'in the words of another engine': [refusing('@nope', 'Invalid field name'), '@nope:{a}'],
    'that asks for more than there may be': [
      refusing('LIMIT 0 2000000', 'LIMIT exceeds maximum of 1000000'),
      '*',
      { limit: 2_000_000 },
    ],
    'right after the index was made': [
      withoutIndex('x: no such index', undefined, (rest) =>
        rest.includes('@nope') ? new Error('No such field') : [],
      ),
      '@nope:{a}',
    ],
  };

  test.each(Object.entries(QUERY_AT_FAULT))(
    'for a query %s is a bad argument',
    async (_name, [engine, query, options]) => {
      await expect(search(engine, query, options)).rejects.toMatchObject({
        name: 'A2ARedisError',
        code: 'INVALID_ARGUMENT',
        message: 'The server refused the query.',
        detail: expect.stringMatching(/^The server refused the query: ./),
      });
    },
  );

  const ENGINE_AT_FAULT: Readonly<Record<string, readonly [Engine, SearchOptions?]>> = {
    'does not take the schema': [
      withoutIndex('Index with name x not found', () => new Error('Unknown type TEXT')),
    ],
    'cannot sort': [refusing('SORTBY', 'Unexpected argument SORTBY'), { sortBy: 'state' }],
    'does not take the dialect': [refusing('DIALECT', 'DIALECT is not supported')],
  };

  test.each(Object.entries(ENGINE_AT_FAULT))(
    'because it %s is not supported by the server',
    async (_name, [engine, options]) => {
      await expect(search(engine, 'a', options)).rejects.toMatchObject({
        name: 'A2ARedisError',
        code: 'SERVER_UNSUPPORTED',
        message: 'Searching needs a query engine for JSON with tags, texts and sorting.',
        detail: expect.stringMatching(/^Searching needs .+ refused: \w/),
      });
    },
  );

  test.each([
    'NOPERM this user has no permissions',
    'OOM command not allowed',
    'Timeout limit was reached',
  ])('for a reason of the moment is a failed command: %s', async (problem) => {
    const failed = { name: 'A2ARedisError', code: 'COMMAND_FAILED' };
    await expect(search(refusing('a', problem), 'a')).rejects.toMatchObject(failed);
    const engine = withoutIndex('no such index', () => new Error(problem));
    await expect(search(engine, 'a')).rejects.toMatchObject(failed);
  });

  test('finds what there is once the index is made', async () => {
    expect(await search(withoutIndex('Unknown index name'), 'a')).toEqual({
      totalSize: 0,
      tasks: [],
    });
  });

  test('finds what there is where another process was first to make the index', async () => {
    let hasLooked = false;
    const engine: Engine = (command) => {
      if (command === 'FT.CREATE') return new Error('Index already exists');
      if (hasLooked) return [];
      hasLooked = true;
      return new Error('Unknown index name');
    };
    expect(await search(engine, 'a')).toEqual({ totalSize: 0, tasks: [] });
  });
});

describe('a search', () => {
  const kinds = Object.entries(CLIENT_KINDS).filter(([kind]) => !kind.includes('cluster'));

  test.each(kinds)('is a command of its own, by %s', async (_, open) => {
    await using played = await playEngine(server.url, () => [
      { key: 'p:{:ann:t%3A1}', id: 't:1' },
      { key: 'p:{:ann:é}', id: 'é' },
    ]);
    const client = await open({ url: played.url, clusterUrls: [] });
    const search = new TaskSearch(new ScriptRunner(client), 'p:');
    expect(await search.find({ tenant: '', owner: 'ann' }, 'a', { limit: 5 })).toEqual({
      totalSize: 2,
      found: [
        { key: 'p:{:ann:t%3A1}', taskId: 't:1' },
        { key: 'p:{:ann:é}', taskId: 'é' },
      ],
    });
    expect(played.commands).toEqual([
      [
        ...['FT.SEARCH', 'p:search', String.raw`@scope:{\:ann} (a)`, 'RETURN', '1', 'id'],
        ...['LIMIT', '0', '5', 'DIALECT', '2'],
      ],
    ]);
    await client.close();
  });

  test('names the whole keys where the client puts something before them', async () => {
    await using played = await playEngine(
      server.url,
      withoutIndex('no such index', undefined, () => [{ key: 'app:p:{acme:ann:t}', id: 't' }]),
    );
    const client = createClient({ url: played.url, keyPrefix: 'app:' });
    client.on('error', () => {});
    await client.connect();
    const store = new RedisJSONTaskStore(client, { prefix: 'p:' });
    // That it is loaded shows that its key is taken for one of the store: this server has no JSON commands.
    await expect(store.search('*', CONTEXT)).rejects.toMatchObject({ code: 'SERVER_UNSUPPORTED' });
    const [, create] = played.commands;
    expect(create?.slice(0, 7)).toEqual([
      ...['FT.CREATE', 'app:p:search', 'ON', 'JSON', 'PREFIX', '1', 'app:p:{'],
    ]);
    client.destroy();
  });
});
