import { startRedisServer } from '@a2a-redis-internal/redis-server';
import { describe, expect, it } from 'vitest';

import { createRedisClient } from '../client/create-redis-client.ts';
import { errorOf } from '../../test/error-of.ts';
import { runCommand } from './run-command.ts';
import { ScriptRunner } from './script-runner.ts';

describe('a server that lacks what scripts need', () => {
  it.each([
    [
      'runs no scripts',
      ['EVAL', 'EVALSHA'],
      'it runs no scripts, as EVAL and EVALSHA are disabled or renamed',
    ],
    ['lacks a command', ['HSET'], 'it lacks a command that the script calls'],
  ])('is named at the first call: it %s', async (_name, commands, lacking) => {
    await using server = await startRedisServer({
      config: { 'rename-command': commands.map((each) => `${each} ""`).join('\nrename-command ') },
    });
    const client = await createRedisClient({ url: server.url });
    const error = await errorOf(runCommand(new ScriptRunner(client), 'HSET', 'k', ['f', 'v']));
    expect([error.code, error.message, error.detail]).toEqual([
      'SERVER_UNSUPPORTED',
      `This Redis server will not do: ${lacking}.`,
      'Script HSET cannot run on it. Redis 6.2 or newer is needed, for a cluster 7, or Valkey.',
    ]);
    expect(error.cause).toBeInstanceOf(Error);
    client.destroy();
  });
});
