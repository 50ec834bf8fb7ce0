import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import {
  commandOf,
  PACKAGE_NEEDS,
  type RedisDoctorPackageName,
} from '../../../../packages/core/src/doctor/facts/package-needs.ts';
import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { calledCommands } from './called-commands.ts';

const CORE = 'packages/core/src';
const OF_STORES = [`${CORE}/task-store`];
const OF_QUEUES = [`${CORE}/queue-manager`];

/** What of core each package builds on, and where it says its default prefix, where that is not in its own source. */
const PARTS: Readonly<Record<RedisDoctorPackageName, readonly string[]>> = {
  'task-store': OF_STORES,
  'json-task-store': OF_STORES,
  'streams-queue': OF_QUEUES,
  'pubsub-queue': OF_QUEUES,
  'push-config': [],
};

/** What no script names: how each script is run, and commands that stand in variables. */
const UNNAMED: Readonly<Record<RedisDoctorPackageName, readonly string[]>> = {
  'task-store': ['EVAL', 'EVALSHA'],
  'json-task-store': ['EVAL', 'EVALSHA'],
  // `read-stream.lua` reads from either end.
  'streams-queue': ['EVAL', 'EVALSHA', 'XRANGE', 'XREVRANGE'],
  'pubsub-queue': ['EVAL', 'EVALSHA'],
  'push-config': ['EVAL', 'EVALSHA'],
};
/** Depends on how the server keeps keys, and so is not in the table. */
const BY_LAYOUT = new Set(['PUBSUB']);

describe.each(Object.entries(PACKAGE_NEEDS))('%s', (name, needs) => {
  const key = packageName(name);
  const sources = [...PARTS[key], `packages/${key}/src`].flatMap((folder) =>
    sourceFiles(folder, ['.ts', '.lua'])
      .filter((path) => !path.endsWith('.test.ts'))
      .map((path) => read(path)),
  );

  test('the doctor asks for exactly the commands that its scripts call', () => {
    const called = new Set(sources.flatMap((source) => [...calledCommands(source)]));
    const known = [...needs.calls, ...(needs.optionalCalls ?? [])].map(commandOf);
    const expected = [...called, ...UNNAMED[key]].filter((command) => !BY_LAYOUT.has(command));
    expect(known.toSorted()).toEqual([...new Set(expected)].toSorted());
  });

  test('the doctor knows its default prefix, and how long its messages are', () => {
    const text = sources.join('\n');
    expect(text).toContain(`'${needs.prefix}'`);
    const longest = needs.longestMessageBytes;
    const said: Readonly<Record<string, number>> = {
      'streams-queue': Number(
        /maxMessageBytes = (?<bytes>[\d_]+)/u.exec(text)?.groups?.['bytes']?.replaceAll('_', ''),
      ),
      'pubsub-queue':
        1024 *
        1024 *
        Number(
          /LONGEST_MESSAGE_BYTES: number = (?<mib>\d+) \* 1024 \* 1024/u.exec(text)?.groups?.[
            'mib'
          ],
        ),
    };
    expect(longest).toBe(said[name]);
  });

  test('is a package that keeps something in Redis', () => {
    expect(publicPackages().map(({ path }) => path)).toContain(`packages/${name}`);
  });
});

/** They ask nothing of a server for themselves, or are not looked at yet. */
const UNKNOWN_TO_DOCTOR = new Set(['core', 'ioredis', 'push-delivery']);

test('every other package is known to the doctor', () => {
  const names = publicPackages().map(({ path }) => path.replace('packages/', ''));
  const others = names.filter((name) => !UNKNOWN_TO_DOCTOR.has(name));
  expect(others.filter((name) => !(name in PACKAGE_NEEDS))).toEqual([]);
});

test('finds the commands of a source', () => {
  const lua =
    "-- redis.call('NOT')\nlocal a = redis.pcall('XGROUP', 'CREATE', k)\nread_key('HGET', KEYS[1], 'F')\nredis.pcall('INFO', 'server')\nrun('JSON.SET')";
  expect([...calledCommands(lua)]).toEqual(['XGROUP|CREATE', 'HGET', 'JSON.SET']);
  const typescript = "await runCommand(this.#runner, 'DEL', key);\n// runCommand(runner, 'NOT')";
  expect([...calledCommands(typescript)]).toEqual(['DEL']);
});

function packageName(name: string): RedisDoctorPackageName {
  if (!isPackageName(name)) throw new Error(`${name} is no package`);
  return name;
}

function isPackageName(name: string): name is RedisDoctorPackageName {
  return name in PACKAGE_NEEDS;
}

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
