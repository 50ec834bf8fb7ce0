import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { ruleOf } from '../src/acl-rules.ts';
import { CONNECTION } from '../src/package-calls.ts';

/** What a client needs by itself on a single server, whatever the package. */
const RULES = CONNECTION.single.map(ruleOf);

let server: RedisServer;

beforeAll(async () => {
  server = await startRedisServer({ exclusive: true });
});
afterAll(async () => {
  await server.stop();
});

/** Connects a client of RESP2 with a name and a database as a user of these rules, and asks whether it lives. */
async function connectAs(rules: readonly string[]): Promise<string> {
  const username = `agent-${rules.join('')}`;
  const admin = createClient({ url: server.url });
  admin.on('error', () => {});
  await admin.connect();
  await admin.aclSetUser(username, ['reset', 'on', '>secret', ...rules]);
  admin.destroy();
  const client = createClient({
    url: server.url,
    username,
    password: 'secret',
    RESP: 2,
    name: 'agent',
    database: 1,
    socket: { reconnectStrategy: false },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.ping();
  } finally {
    client.destroy();
  }
}

it('a client needs no more by itself', async () => {
  expect(await connectAs(RULES)).toBe('PONG');
});

it.each(RULES)('without one of its rules, an error names it: %s', async (rule) => {
  const others = RULES.filter((each) => each !== rule);
  const command = rule.slice(1);
  await expect(connectAs(others)).rejects.toThrow(
    `NOPERM this user has no permissions to run the '${command}' command`,
  );
});
