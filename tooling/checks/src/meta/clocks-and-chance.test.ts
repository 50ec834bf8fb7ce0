import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { clockUses } from './clocks-and-chance.ts';

/** What gives all others their time and chance. */
const RUNTIME = 'packages/core/src/runtime/';

const modules = publicPackages()
  .flatMap(({ path }) => sourceFiles(`${path}/src`, ['.ts']))
  .filter((path) => !/\.test(?:-d)?\.ts$/u.test(path));

test('no module of the packages takes time or chance from elsewhere than its runtime', () => {
  const found = modules
    .filter((path) => !path.startsWith(RUNTIME))
    .flatMap((path) => clockUses(read(path)).map((use) => `${path}:${use}`));
  expect(found).toEqual([]);
});

test('they are found where the runtime takes them', () => {
  const found = modules
    .filter((path) => path.startsWith(RUNTIME))
    .flatMap((path) => clockUses(read(path)).map((use) => use.replace(/^\d+: /u, '')));
  expect(new Set(found)).toEqual(
    new Set([
      'randomBytes',
      'randomUUID',
      'setTimeout',
      'clearTimeout',
      'performance',
      'Date.now',
      'setImmediate',
      'Math.random',
    ]),
  );
});

test.each([
  ['performance.now();', 'performance'],
  ['const { now } = performance;', 'performance'],
  ['globalThis.performance.now();', 'globalThis.performance'],
  ["import { performance as clock } from 'node:perf_hooks';", 'node:perf_hooks'],
  ['process.hrtime.bigint();', 'process.hrtime'],
  ['process.uptime();', 'process.uptime'],
  ['Date.now();', 'Date.now'],
  ["Date['now']();", 'Date.now'],
  ['const { now } = Date;', 'Date as a value'],
  ['Date();', 'Date as a value'],
  ['new Clock(Date);', 'Date as a value'],
  ['new Date();', 'new Date()'],
  ['new Date;', 'new Date()'],
  ['Math.random();', 'Math.random'],
  ['const { random } = Math;', 'Math as a value'],
  ["import { randomBytes } from 'node:crypto';", 'randomBytes'],
  ["import { randomBytes as bytes } from 'crypto';", 'randomBytes'],
  ["import { createHash, randomUUID } from 'node:crypto';", 'randomUUID'],
  ["import { randomInt } from 'node:crypto';", 'randomInt'],
  ["import { generateKeySync } from 'node:crypto';", 'generateKeySync'],
  ["import { webcrypto } from 'node:crypto';", 'webcrypto'],
  ["import * as node from 'node:crypto';", 'all of node:crypto'],
  ["import node from 'node:crypto';", 'all of node:crypto'],
  ["await import('node:crypto');", 'all of node:crypto'],
  ['crypto.getRandomValues(bytes);', 'crypto'],
  ['crypto.randomUUID();', 'crypto'],
  ['setTimeout(work, 5);', 'setTimeout'],
  ['const timers = { setTimeout };', 'setTimeout'],
  ['globalThis.setTimeout(work, 5);', 'globalThis.setTimeout'],
  ['setInterval(work, 5);', 'setInterval'],
  ['setImmediate(work);', 'setImmediate'],
  ['clearTimeout(timer);', 'clearTimeout'],
  ['clearInterval(timer);', 'clearInterval'],
  ['clearImmediate(timer);', 'clearImmediate'],
  ["import { setTimeout as sleep } from 'node:timers/promises';", 'node:timers/promises'],
  ["import { setTimeout } from 'node:timers';", 'node:timers'],
  ["export { setTimeout } from 'timers';", 'timers'],
  ["await import('node:timers/promises');", 'node:timers/promises'],
  ['AbortSignal.timeout(5);', 'AbortSignal.timeout'],
])('%s is found', (source, what) => {
  expect(clockUses(`// One line above.\n${source}\n`)).toEqual([`2: ${what}`]);
});

test.each([
  'new Date(0).toISOString();',
  'Date.parse(text);',
  'if (value instanceof Date) work(value);',
  'let moment: Date | undefined;',
  'Math.min(1, 2);',
  "import { createHash } from 'node:crypto';",
  'AbortSignal.any(signals);',
  'process.emitWarning(text);',
  'runtime.setTimer(work, 5);',
  'runtime.random();',
  'const { random } = runtime;',
  'let timer: NodeJS.Timeout;',
  'class Fake { setTimeout(): void {} }',
  "const text = 'performance.now()'; // Date.now()",
])('%s is none', (source) => {
  expect(clockUses(source)).toEqual([]);
});

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
