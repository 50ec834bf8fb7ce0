import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClient, type RedisClientType } from 'redis';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';

import { compileLua, LuaTable, type LuaValue } from '../index.ts';
import { bytesOf, CANONICAL_LUA } from './canonical-lua.ts';
import { expressionScript, randomExpressions } from './random-expressions.ts';
import { randomCases, RUN_CASES } from './random-cases.ts';
import { FORMAT_SNIPPETS } from './snippets/formats.ts';
import { JSON_SNIPPETS } from './snippets/json.ts';
import { LANGUAGE_SNIPPETS } from './snippets/language.ts';
import { MESSAGE_SNIPPETS } from './snippets/messages.ts';
import { NUMBER_SNIPPETS } from './snippets/numbers.ts';
import { PATTERN_SNIPPETS } from './snippets/patterns.ts';
import { STRING_SNIPPETS } from './snippets/strings.ts';
import { TABLE_SNIPPETS } from './snippets/tables.ts';

let server: RedisServer | undefined;
let client: RedisClientType | undefined;

beforeAll(async () => {
  server = await startRedisServer();
  client = createClient({ url: server.url });
  client.on('error', () => undefined);
  await client.connect();
});
afterAll(async () => {
  client?.destroy();
  await server?.stop();
});

/** What Redis gives for a script, its source and arguments being bytes. */
async function runInRedis(source: string, parameters: readonly string[] = []): Promise<unknown> {
  if (client === undefined) throw new TypeError('The server is started before the tests.');
  return client.eval(source, {
    arguments: parameters.map((parameter) => Buffer.from(parameter, 'latin1')),
  });
}

function runHere(source: string, parameters: readonly string[] = []): LuaValue {
  const environment = new Map<string, LuaValue>([
    ['KEYS', new LuaTable()],
    ['ARGV', LuaTable.fromArray(parameters)],
  ]);
  return compileLua(bytesOf(source)).run(environment);
}

describe.each([
  ['patterns', PATTERN_SNIPPETS],
  ['strings', STRING_SNIPPETS],
  ['formats', FORMAT_SNIPPETS],
  ['numbers', NUMBER_SNIPPETS],
  ['tables', TABLE_SNIPPETS],
  ['the language', LANGUAGE_SNIPPETS],
  ['JSON', JSON_SNIPPETS],
])('%s as in Redis', (_, snippets) => {
  test.each(snippets)('%s', async (snippet) => {
    const source = `${CANONICAL_LUA}return outcome(function()\n${snippet}\nend)`;
    expect(runHere(source)).toBe(await runInRedis(source));
  });
});

describe('messages as in Redis', () => {
  test.each(MESSAGE_SNIPPETS)('%s', async (snippet) => {
    const source = `${CANONICAL_LUA}return message(function()\n${snippet}\nend)`;
    expect(runHere(source)).toBe(await runInRedis(source));
  });
});

/** Each case with its outcome: a difference shows what it is about. */
function withOutcomes(cases: readonly unknown[], outcomes: unknown): string[] {
  const list: unknown = outcomes instanceof LuaTable ? outcomes.toArray() : outcomes;
  if (!Array.isArray(list)) throw new TypeError('A list of outcomes was expected.');
  return cases.map((parts, index) => `${JSON.stringify(parts)} gives ${String(list[index])}`);
}

describe.each(['a', 'b', 'c'])('by seed %s', (seed) => {
  it('gives for random calls what Redis gives', async () => {
    const cases = randomCases(seed, 2000);
    const source = CANONICAL_LUA + RUN_CASES;
    const expected = withOutcomes(cases, await runInRedis(source, cases.flat()));
    expect(withOutcomes(cases, runHere(source, cases.flat()))).toEqual(expected);
  });

  it('gives for random expressions what Redis gives', async () => {
    const expressions = randomExpressions(seed, 1000);
    const source = CANONICAL_LUA + expressionScript(expressions);
    const expected = withOutcomes(expressions, await runInRedis(source));
    expect(withOutcomes(expressions, runHere(source))).toEqual(expected);
  });
});
