import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import {
  callsOf,
  commandOf,
  PACKAGE_NEEDS,
  type RedisDoctorPackageName,
} from '../../../../packages/core/src/doctor/facts/package-needs.ts';
import { commandsOf, CONNECTION, type Layout, packageCalls } from '../../../rights/src/index.ts';
import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';

/** Packages that ask nothing of a server for themselves, and why. */
const NEEDS_NOTHING: Readonly<Record<string, string>> = {
  core: 'What it calls, it calls for a package that builds on it.',
  ioredis: 'It hands over what other packages call.',
};

test('the doctor knows every package, or that it needs nothing of its own', () => {
  const names = publicPackages().map(({ path }) => path.replace('packages/', ''));
  const known = [...Object.keys(PACKAGE_NEEDS), ...Object.keys(NEEDS_NOTHING)];
  expect(known.toSorted()).toEqual(names.toSorted());
});

describe.each(Object.entries(PACKAGE_NEEDS))('%s', (name, needs) => {
  const key = packageName(name);
  const { folders, prefix } = packageCalls(name);

  test.each<Layout>(['single', 'cluster'])(
    'the doctor asks for exactly what it calls on a server: %s',
    (layout) => {
      const known = [...callsOf(key, layout), ...(needs.optionalCalls ?? [])].map(commandOf);
      const ofClient = new Set(CONNECTION[layout]);
      const called = commandsOf(packageCalls(name), layout)
        .filter((command) => !ofClient.has(command))
        .map((command) => command.replace(' ', '|'));
      expect(known.toSorted()).toEqual(called.toSorted());
    },
  );

  test('the doctor knows its default prefix, and how long its messages are', () => {
    const text = folders
      .flatMap((folder) => sourceFiles(`packages/${folder}`, ['.ts']))
      .filter((path) => !path.endsWith('.test.ts'))
      .map((path) => readFileSync(join(repositoryRoot, path), 'utf8'))
      .join('\n');
    expect(text).toContain(`'${needs.prefix}'`);
    expect(needs.prefix).toBe(prefix);
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
      // The longer one of its two words.
      'push-delivery': 'more'.length,
    };
    expect(needs.longestMessageBytes).toBe(said[name]);
  });
});

function packageName(name: string): RedisDoctorPackageName {
  if (!isPackageName(name)) throw new Error(`${name} is no package`);
  return name;
}

function isPackageName(name: string): name is RedisDoctorPackageName {
  return name in PACKAGE_NEEDS;
}
