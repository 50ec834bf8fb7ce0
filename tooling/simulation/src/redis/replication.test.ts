import { expect, it } from 'vitest';

import { Random } from '../kernel/random.ts';
import { randomCommands } from './differential/random-commands.ts';
import { outcome } from './differential/server-pair.ts';
import { SimulatedRedis, type WriteEffect } from './simulated-redis.ts';

const SEEDS = ['a', 'b', `fresh ${Date.now().toString(36)}`];

function options(clock: { now: number }): ConstructorParameters<typeof SimulatedRedis>[0] {
  return { now: () => clock.now, publish: () => 0 };
}

it.each(SEEDS)('a replica that applies all effects has the same keys, by seed %s', (seed) => {
  const random = new Random(`replication ${seed}`);
  const clock = { now: 1_700_000_000_000 };
  const effects: WriteEffect[] = [];
  const primary = new SimulatedRedis({
    ...options(clock),
    onWrite: (effect) => effects.push(effect),
  });
  const replica = new SimulatedRedis(options(clock));
  const servers = { lastMs: () => 0, ids: (key: string) => idsOf(primary, key) };
  const apply = (): void => {
    for (const effect of effects.splice(0)) replica.apply(effect);
  };
  for (let run = 0; run < 8000; run += 1) {
    for (const args of randomCommands(random, servers)) outcome(primary, args);
    if (random.chance(0.05)) {
      const key = random.pick(['h1', 'h2', 'z1', 's1', 'x']);
      outcome(primary, ['PEXPIRE', key, String(random.integer(1, 100))]);
    }
    if (random.chance(0.01)) primary.evict(random.pick(['h1', 's2', 'z2']));
    if (random.chance(0.0005)) primary.flushAll();
    clock.now += random.between(-3, 10);
    // It may hear of much at once.
    if (random.chance(0.05)) apply();
    if (run % 2000 !== 0) continue;
    apply();
    expect(replica.dump()).toEqual(primary.dump());
  }
  apply();
  expect(replica.dump()).toEqual(primary.dump());
  expect(primary.dump().length).toBeGreaterThan(3);
});

it('tells what a script does as one effect, and nothing of what changes nothing', () => {
  const effects: WriteEffect[] = [];
  const clock = { now: 1_700_000_000_000.5 };
  const redis = new SimulatedRedis({
    ...options(clock),
    onWrite: (effect) => effects.push(effect),
  });
  const script = `
    redis.call('HSET', KEYS[1], 'f', 'v')
    redis.call('EXPIRE', KEYS[1], 10)
    redis.call('HDEL', KEYS[1], 'none')
    redis.call('XADD', KEYS[2], '*', 'f', 'v')
    return redis.call('HGET', KEYS[1], 'f')`;
  redis.execute(['EVAL', script, '2', 'h', 's']);
  redis.execute(['HGET', 'h', 'f']);
  redis.execute(['DEL', 'none']);
  expect(effects).toEqual([
    {
      atUs: 1_700_000_000_000_500,
      commands: [
        ['HSET', 'h', 'f', 'v'],
        ['PEXPIREAT', 'h', '1700000010000'],
        ['XADD', 's', '1700000000000-0', 'f', 'v'],
      ],
    },
  ]);
});

it('keeps what a script wrote before it failed', () => {
  const effects: WriteEffect[] = [];
  const redis = new SimulatedRedis({
    ...options({ now: 1 }),
    onWrite: (effect) => effects.push(effect),
  });
  expect(() => {
    redis.execute(['EVAL', "redis.call('SET', 'a', 'b') return redis.call('HGET', 'a', 'f')", '0']);
  }).toThrow(/^WRONGTYPE .* script: /);
  expect(redis.execute(['GET', 'a'])).toBe('b');
  expect(effects).toHaveLength(1);
});

function idsOf(redis: SimulatedRedis, key: string): readonly string[] {
  const entries = outcome(redis, ['XREVRANGE', key, '+', '-', 'COUNT', '10']);
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: unknown) => (Array.isArray(entry) ? String(entry[0]) : ''));
}
