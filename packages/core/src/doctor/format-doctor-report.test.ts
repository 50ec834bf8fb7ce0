import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import {
  HEALTHY_INFO,
  HEALTHY_SETTINGS,
  healthyFacts,
  usedPackages,
} from '../../test/server-facts.ts';
import { reportOf } from './doctor-report.ts';
import { formatDoctorReport } from './format-doctor-report.ts';

const PACKAGES = usedPackages('task-store', 'streams-queue', 'push-config');
const README = new URL('../../README.md', import.meta.url);

describe('a report as text', () => {
  it('is what the README shows', async () => {
    const info = {
      ...HEALTHY_INFO,
      maxmemory_policy: 'allkeys-lru',
      aof_enabled: '0',
      connected_slaves: '0',
    };
    const settings = {
      ...HEALTHY_SETTINGS,
      save: '3600 1 300 100 60 10000',
      'min-replicas-to-write': '0',
    };
    const node = healthyFacts(PACKAGES, {
      info: { value: new Map(Object.entries(info)) },
      settings: { value: new Map(Object.entries(settings)) },
    });
    const facts = { layout: 'single', user: 'default', nodes: [node], unreachable: [] } as const;
    const text = formatDoctorReport(reportOf(facts, PACKAGES));
    const [, documented] =
      /^```text\n(Redis [^]*?)\n```$/mu.exec(await readFile(README, 'utf8')) ?? [];
    expect(documented).toBe(text);
  });

  it('names nodes and packages where not all are concerned, and says what is not known', () => {
    const unknown = { because: 'so it is' };
    const nodes = [
      healthyFacts(PACKAGES, {
        address: 'a:1',
        info: { value: new Map(Object.entries({ ...HEALTHY_INFO, maxmemory: '0' })) },
      }),
      healthyFacts(PACKAGES, {
        address: 'b:1',
        identity: unknown,
        info: unknown,
        clock: { value: { roundTripMs: 12.34, aheadMs: 61_000, uncertaintyMs: 7 } },
      }),
    ];
    const unreachable = [{ address: 'c:1', failure: 'No answer.' }];
    const report = reportOf({ layout: 'cluster', user: undefined, nodes, unreachable }, PACKAGES);
    expect(formatDoctorReport(report).split('\n').slice(0, 8)).toEqual([
      'Redis 7.4.1, with hash slots',
      '  a:1: primary; memory 1 MiB without a limit, noeviction; round trip 0.3 ms; clock of this process -1.5 ms ± 1.1 ms',
      '  b:1: role ?; memory ? of ?, eviction ?; round trip 12.3 ms; clock of this process +61 s ± 7 ms',
      '  c:1: role ?; memory ? of ?, eviction ?; round trip ?; clock of this process ?',
      'For task-store, streams-queue, push-config. error: 1, warning: 1, unknown: 5, info: 1.',
      '',
      'ERROR NODE_UNREACHABLE on c:1',
      '  Found: It could not be asked: No answer.',
    ]);
  });

  it('says so where a server does not tell what it is', () => {
    const unknown = { because: 'so it is' };
    const node = healthyFacts(PACKAGES, { identity: unknown });
    const report = reportOf(
      { layout: undefined, user: 'agent', nodes: [node], unreachable: [] },
      PACKAGES,
    );
    const [line] = formatDoctorReport(report).split('\n');
    expect(line).toBe('A server that does not tell what it is, user agent');
  });
});
