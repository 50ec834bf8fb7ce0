import { describe, expect, it } from 'vitest';

import { type ConsumerGroupConfig, ConsumerGroupStrategy } from '../../src/index.ts';
import { resolveConsumerGroup } from '../../src/queue/consumer-group.ts';

describe('consumerConfig', () => {
  it('has defaults', () => {
    expect(resolveConsumerGroup({}, 'i')).toEqual({
      group: 'shared',
      isPrivate: false,
      consumer: undefined,
      start: '0-0',
      limits: { reclaimIdleMs: 30_000, maxDeliveries: 5, maxEvents: 10_000, ttlSeconds: 86_400 },
    });
  });

  it('names groups so that none can be taken for another', () => {
    const named = (groupName: string): ConsumerGroupConfig => ({
      strategy: ConsumerGroupStrategy.CUSTOM,
      groupName,
    });
    const groups = [{}, { strategy: ConsumerGroupStrategy.INSTANCE_ISOLATED }, named('shared')]
      .map((config) => resolveConsumerGroup(config, 'i'))
      .map(({ group, isPrivate }) => [group, isPrivate]);
    expect(groups).toEqual([
      ['shared', false],
      ['instance:i', true],
      ['custom:shared', false],
    ]);
  });

  it.each([
    [{ strategy: 'other' }, 'strategy'],
    [{ strategy: 'custom' }, 'groupName'],
    [{ strategy: 'custom', groupName: '' }, 'groupName'],
    [{ strategy: 'custom', groupName: '\ud800' }, 'groupName'],
    [{ strategy: 'custom', groupName: 'g', consumerName: 'returned' }, 'consumerName'],
    [{ groupName: 'g' }, 'groupName'],
    [{ strategy: 'instance-isolated', consumerName: 'c' }, 'consumerName'],
    [{ reclaimIdleMs: 99 }, 'reclaimIdleMs'],
    [{ maxDeliveries: 0 }, 'maxDeliveries'],
    [{ maxEvents: 1.5 }, 'maxEvents'],
    [{ ttlSeconds: 0 }, 'ttlSeconds'],
    [{ startFrom: 'then' }, 'startFrom'],
    [{ startFrom: new Date(Number.NaN) }, 'startFrom'],
    [{ startForm: 'now' }, 'startForm'],
  ])('refuses %j by the name of the option', (config, name) => {
    expect(() => resolveConsumerGroup(config as ConsumerGroupConfig, 'i')).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`"consumerConfig.${name}"`),
      }),
    );
  });
});
