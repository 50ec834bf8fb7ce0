import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RedisClient } from '../client/client-types.ts';
import { createRedisClient } from '../client/create-redis-client.ts';
import { packedArguments } from './packed-arguments.ts';
import { textsReply } from './reply.ts';
import { defineCompanion, HostScript } from './script-companion.ts';
import { ScriptRunner } from './script-runner.ts';

/** Gives back what it was given, and what its companion was. */
const echo = new HostScript(
  'echo',
  `local key_count, arg_count = without_companion()
  local given = {}
  for i = 1, arg_count do given[i] = ARGV[i] end
  apply_companion(key_count, arg_count)
  for i = 1, #appended do given[#given + 1] = 'companion ' .. appended[i] end
  return given`,
);
const companion = defineCompanion(
  'echo-too',
  `local appended = {}
  local companion = { keys = 1 }
  function companion.check() end
  function companion.apply(k, a, last)
    for i = a + 1, last do appended[#appended + 1] = ARGV[i] end
  end`,
);
const SMALL = { mostArguments: 3, mostCharacters: 1000 };
const what = (): string => 'A change of a task';
const detail = (): string => 'A change of record "r"';

describe('packed arguments', () => {
  let server: RedisServer;
  let client: RedisClient;
  beforeAll(async () => {
    server = await startRedisServer();
    client = await createRedisClient({ url: server.url });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('are those that were given, as long as they are few', () => {
    const few = Array.from({ length: 900 }, (_, index) => String(index));
    expect(packedArguments(few, what, detail)).toBe(few);
    expect(packedArguments([...few, 'one more'], what, detail)).toHaveLength(3);
  });

  it('arrive as they were given, for a script and its companion', async () => {
    const runner = new ScriptRunner(client);
    // A lone surrogate has no bytes of its own: it arrives as what stands for such, packed or not.
    const texts = fc.array(fc.string({ unit: 'binary' }), { minLength: 4, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (own, its) => {
        const args = packedArguments([...own, ...its, String(its.length)], what, detail, SMALL);
        expect(args).toHaveLength(3);
        const reply = textsReply(await runner.run(echo.with(companion), ['k'], args));
        const sent = [...own, ...its.map((text) => `companion ${text}`)];
        expect(reply).toEqual(sent.map((text) => text.toWellFormed()));
      }),
      { numRuns: 50 },
    );
  });

  it('are refused where they are larger than one write takes', () => {
    expect(packedArguments(['x'.repeat(1000)], what, detail, SMALL)).toEqual(['x'.repeat(1000)]);
    expect(() => packedArguments(['x'.repeat(1000), 'y'], what, detail, SMALL)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: 'A change of a task takes 1001 characters, of which one write takes 1000 at most.',
        detail:
          'A change of record "r" takes 1001 characters, of which one write takes 1000 at most.',
      }),
    );
  });
});
