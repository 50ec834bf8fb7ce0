import { describe, expect, it } from 'vitest';

import { resolveDoctorOptions } from './doctor-options.ts';

describe('the options of the doctor', () => {
  it('name all packages but that for JSON, where none is named', () => {
    expect(resolveDoctorOptions({})).toEqual({
      packages: [
        { name: 'task-store', prefix: 'a2a:tasks:' },
        { name: 'streams-queue', prefix: 'a2a:queues:' },
        { name: 'pubsub-queue', prefix: 'a2a:queues:' },
        { name: 'push-config', prefix: 'a2a:push:' },
        { name: 'push-delivery', prefix: 'a2a:delivery:' },
      ],
      deadlineMs: 10_000,
    });
  });

  it('take a name, or a name and a prefix', () => {
    const packages = ['json-task-store', { name: 'task-store', prefix: 'mine:' }] as const;
    expect(resolveDoctorOptions({ packages, deadlineMs: 5 })).toEqual({
      packages: [
        { name: 'json-task-store', prefix: 'a2a:json-tasks:' },
        { name: 'task-store', prefix: 'mine:' },
      ],
      deadlineMs: 5,
    });
  });

  it.each<[unknown, string]>([
    [{ packages: [] }, 'Option "packages" must be a list of at least one package.'],
    [{ packages: 'task-store' }, 'Option "packages" must be a list of at least one package.'],
    [
      { packages: ['task-store', 'toString'] },
      'Option "packages[1]" must name one of task-store, json-task-store, streams-queue, pubsub-queue, push-config, push-delivery.',
    ],
    [
      { packages: [{ name: 'task-store', prefixes: [] }] },
      'Option "packages[0].prefixes" is not known; known are name, prefix.',
    ],
    [
      { packages: [{ name: 'task-store', prefix: '' }] },
      'Option "prefix" must be a non-empty string, not "".',
    ],
    [{ deadlineMs: 0 }, 'Option "deadlineMs" must be a whole number from 1 to 2147483647, not 0.'],
    [{ package: [] }, 'Option "package" is not known; known are packages, deadlineMs.'],
  ])('%j are refused', (options, message) => {
    expect(() => resolveDoctorOptions(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message }),
    );
  });
});
