import { CONTEXT } from '@a2a-redis-internal/contract/redis-task-stores';
import { connect, newPrefix } from '@a2a-redis-internal/redis-clients';
import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import type { RedisScriptClient } from '@a2a-redis/core/shared';
import type { RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { RedisJSONTaskStore, type SearchOptions } from '../src/index.ts';

/**
 * A query engine in front of a server that has none, as the script of a search meets it: Lua that
 * answers `command` with its arguments in `rest`.
 */
function withEngine(client: RedisClientType, engine: string): RedisScriptClient {
  const prelude = `
    local real = redis
    local indexed = false
    local function answer(command, rest)
      ${engine}
    end
    local redis = setmetatable({
      pcall = function(command, ...)
        if string.sub(command, 1, 3) ~= 'FT.' then return real.pcall(command, ...) end
        return answer(command, table.concat({ ... }, ' '))
      end,
    }, { __index = real })
  `;
  return {
    evalSha: async () => Promise.reject(new Error('NOSCRIPT No matching script.')),
    eval: async (script, options) => client.eval(`${prelude}\n${script}`, options),
  };
}

/** Refuses what holds a text, and finds nothing otherwise. */
const refusing = (text: string, problem: string): string => `
  if string.find(rest, '${text}', 1, true) then return { err = '${problem}' } end
  return command == 'FT.SEARCH' and { 0 } or { ok = 'OK' }
`;

/** An engine that must be given an index first, and says so in some words. */
const withoutIndex = (words: string, create: string, search: string): string => `
  if command == 'FT.CREATE' then
    indexed = true
    ${create}
    return { ok = 'OK' }
  end
  if not indexed then return { err = '${words}' } end
  ${search}
  return { 0 }
`;

describe('a search that the engine refuses', () => {
  let server: RedisServer;
  let client: RedisClientType;

  beforeAll(async () => {
    server = await startRedisServer();
    client = await connect(server.url);
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  const search = async (
    engine: string,
    query: string,
    options: SearchOptions = {},
  ): Promise<unknown> =>
    new RedisJSONTaskStore(withEngine(client, engine), { prefix: newPrefix() }).search(
      query,
      CONTEXT,
      options,
    );

  const QUERY_AT_FAULT: Readonly<Record<string, readonly [string, string, SearchOptions?]>> = {
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
      withoutIndex(
        'x: no such index',
        '',
        `if string.find(rest, '@nope', 1, true) then return { err = 'No such field' } end`,
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

  const ENGINE_AT_FAULT: Readonly<Record<string, readonly [string, SearchOptions?]>> = {
    'does not take the schema': [
      withoutIndex(
        'Index with name x not found',
        `do return { err = 'Unknown type TEXT' } end`,
        '',
      ),
    ],
    'cannot sort': [refusing('SORTBY', 'Unexpected argument SORTBY'), { sortBy: 'state' }],
    'does not take the dialect': [refusing('DIALECT', 'DIALECT is not supported')],
    'does not answer scripts': [refusing('LIMIT', 'Cannot perform a blocking module command')],
  };

  test.each(Object.entries(ENGINE_AT_FAULT))(
    'because it %s is not supported by the server',
    async (_name, [engine, options]) => {
      await expect(search(engine, 'a', options)).rejects.toMatchObject({
        name: 'A2ARedisError',
        code: 'SERVER_UNSUPPORTED',
        message:
          'Searching needs a query engine for JSON with tags, texts and sorting, on a single server.',
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
    const create = `do return { err = '${problem}' } end`;
    const engine = withoutIndex('no such index', create, '');
    await expect(search(engine, 'a')).rejects.toMatchObject(failed);
  });

  test('finds what there is once the index is made', async () => {
    const engine = withoutIndex('Unknown index name', '', '');
    expect(await search(engine, 'a')).toEqual({ totalSize: 0, tasks: [] });
  });
});
