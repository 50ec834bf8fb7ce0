import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { bytesOf } from '../bytes.ts';
import { ServerPair } from '../differential/server-pair.ts';

let server: RedisServer;
let pair: ServerPair;

beforeAll(async () => {
  server = await startRedisServer();
  pair = await ServerPair.open(server.url);
  pair.run(['HSET', 'h', 'f', 'v', 'n', '7']);
  pair.run(['SET', 's', 'text']);
});
afterAll(async () => {
  pair.close();
  await server.stop();
});

it.each([
  'return 1.9',
  'return -1.9',
  'return -0.5',
  'return 1e300',
  'return 0/0',
  'return 1/0',
  'return true',
  'return false',
  'return nil',
  'return',
  "return 'caf\u00e9\\0'",
  "return { 1, 'a', true, false, nil, 3 }",
  'return { 1, { 2, { 3 } }, {} }',
  'return { a = 1 }',
  "return { ok = 'fine\\r\\nline' }",
  "return { err = 'CODE text\\r\\nline' }",
  "return { err = 'nocode' }",
  'return { err = 5 }',
  "return { { ok = 'fine' }, { err = 'CODE text' } }",
  'return { double = 1.5 }',
  'return { map = { a = 1 } }',
  'return function() end',
  "return redis.error_reply('CODE text')",
  "return redis.error_reply('-CODE text')",
  "return redis.error_reply('text')",
  "return redis.error_reply('')",
  'return redis.error_reply(5)',
  "return redis.status_reply('fine')",
  'return redis.status_reply()',
  "return redis.sha1hex('a')",
  "return redis.sha1hex('\u00ff')",
  'return redis.sha1hex()',
  "return redis.acl_check_cmd('HGET', 'h', 'f')",
  "return redis.acl_check_cmd('NOTHING')",
  "return redis.log(redis.LOG_DEBUG, 'x')",
  "return redis.log('x')",
  "return redis.call('TYPE', 'h')",
  "return redis.call('TYPE', 'h').ok",
  "return redis.call('PING')",
  "return { redis.call('HGET', 'h', 'none'), redis.call('HGET', 'h', 'f') }",
  "return redis.call('HGET', 'h', 'none') == false",
  "return redis.call('XRANGE', 'none', '-', '+', 'COUNT', 0)",
  "return redis.call('HGET', 's', 'f')",
  "return redis.pcall('HGET', 's', 'f')",
  "return redis.pcall('HGET', 's', 'f').err",
  "local e = redis.pcall('HGET', 's', 'f') return { type(e), e.err, tostring(e.ignore_error_stats_update) }",
  "return { pcall(redis.call, 'HGET', 's', 'f') }",
  "local ok, e = pcall(redis.call, 'HGET', 's', 'f') return { tostring(ok), type(e), tostring(e.err or e) }",
  "return redis.call('NOTHING')",
  "return redis.call('XGROUP', 'NOTHING', 'a')",
  "return redis.call('HGET', 'h')",
  "return redis.call('XGROUP')",
  "return redis.call('EVAL', 'return 1', 0)",
  "return redis.call('SCRIPT', 'LOAD', 'return 1')",
  'return redis.call()',
  "return redis.call('SET', 'a', true)",
  "return redis.call('SET', 'a', {})",
  "return redis.pcall('SET', 'a', nil)",
  "redis.call('SET', 'a', 0.1) return redis.call('GET', 'a')",
  "redis.call('SET', 'a', 1/3) return redis.call('GET', 'a')",
  "redis.call('SET', 'a', 1e15) return redis.call('GET', 'a')",
  "redis.call('SET', 'a', 2^53 * 3) return redis.call('GET', 'a')",
  "redis.call('SET', 'a', 1e17) return redis.call('GET', 'a')",
  "redis.call('SET', 'a', -0) return redis.call('GET', 'a')",
  "redis.call('SET', 'a', 1/0) return redis.call('GET', 'a')",
  "redis.call('SET', 'a', 1 + 2^-17) return redis.call('GET', 'a')",
  "return redis.call('hget', 'h', 'f')",
  "redis.call('SET', 'kept', 'yes') error('later')",
  "error('text')",
  "error('text', 0)",
  "error({ err = 'CODE text' })",
  'local t = nil return t.x',
  'return 1 + {}',
  'return nothing',
  'nothing = 1',
  'return #KEYS .. #ARGV .. KEYS[1] .. ARGV[2]',
  'return tostring(KEYS[3])',
  'return redis.setresp(2)',
  'this is no Lua',
])('%s', async (source) => {
  pair.run(['EVAL', bytesOf(source), '1', 'h', 'x', 'y\u00c3\u00a9']);
  expect(await pair.compare()).toBeUndefined();
  expect(await pair.compareKeyspaces()).toBeUndefined();
});
