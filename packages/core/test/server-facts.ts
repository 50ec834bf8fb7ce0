import type { CallAnswer, NodeFacts } from '../src/doctor/facts/node-facts.ts';
import {
  PACKAGE_NEEDS,
  probedCalls,
  type RedisDoctorPackageName,
  type UsedPackage,
} from '../src/doctor/facts/package-needs.ts';

/** Packages with their own prefixes. */
export function usedPackages(...names: readonly RedisDoctorPackageName[]): readonly UsedPackage[] {
  return names.map((name) => ({ name, prefix: PACKAGE_NEEDS[name].prefix }));
}

/** What a server says of all calls of packages. */
export function sameAnswers(
  packages: readonly UsedPackage[],
  answer: CallAnswer,
): ReadonlyMap<UsedPackage, ReadonlyMap<string, CallAnswer>> {
  return new Map(
    packages.map((each) => [each, new Map(probedCalls(each.name).map((call) => [call, answer]))]),
  );
}

/** What `INFO` of a healthy server tells. */
export const HEALTHY_INFO: Readonly<Record<string, string>> = {
  redis_version: '7.4.1',
  used_memory: '1048576',
  maxmemory: '104857600',
  maxmemory_policy: 'noeviction',
  aof_enabled: '1',
  role: 'master',
  connected_slaves: '1',
};

/** What `CONFIG GET` of a healthy server tells. */
export const HEALTHY_SETTINGS: Readonly<Record<string, string>> = {
  appendfsync: 'always',
  save: '',
  'min-replicas-to-write': '1',
  'client-output-buffer-limit':
    'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  timeout: '0',
};

/** The facts of a server of which nothing is found, but for some. */
export function healthyFacts(
  packages: readonly UsedPackage[],
  differing: Partial<NodeFacts> = {},
): NodeFacts {
  return {
    address: undefined,
    identity: {
      value: { product: 'Redis', service: undefined, version: '7.4.1', redisVersion: '7.4.1' },
    },
    info: { value: new Map(Object.entries(HEALTHY_INFO)) },
    settings: { value: new Map(Object.entries(HEALTHY_SETTINGS)) },
    cluster: undefined,
    redirects: false,
    calls: { value: sameAnswers(packages, 'allowed') },
    mayDoEverything: undefined,
    clock: { value: { roundTripMs: 0.25, aheadMs: -1.5, uncertaintyMs: 1.125 } },
    ...differing,
  };
}
