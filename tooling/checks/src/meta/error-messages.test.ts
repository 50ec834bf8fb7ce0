import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { sourceFiles } from '../workspace/source-files.ts';
import { messageLeaks } from './error-messages.ts';

/** Messages that may hold what others must not, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  // A first connection is opened by the application, not by a request.
  'packages/core/src/client/connect-phase.ts': 'target, message',
  // The same, for what is no error of a client.
  'packages/core/src/client/connection-manager.ts': 'error',
  // What the application's own provider said: connections get it, and no request.
  'packages/core/src/credentials/connection-credentials.ts': 'cause, message',
  // What the application's own executor said: the SDK sends it where the executor is in the same process, too.
  'packages/core/src/queue-manager/bus/cancel-requests.ts': 'message',
  // The message of an error of these packages, which is checked where that is made.
  'packages/core/src/shared/detailed-error.ts': 'message',
};

const modules = publicPackages()
  .flatMap(({ path }) => sourceFiles(`${path}/src`, ['.ts']))
  .filter((path) => !/\.test(?:-d)?\.ts$/u.test(path));

test('no message of an error holds a key, a channel, a script or what a server said', () => {
  const found = modules.flatMap((path) => {
    const leaks = messageLeaks(readFileSync(join(repositoryRoot, path), 'utf8'));
    const names = new Set(leaks.map((leak) => leak.replace(/^\d+: /u, '')));
    return names.size === 0 ? [] : [[path, [...names].join(', ')]];
  });
  expect(Object.fromEntries(found)).toEqual(ALLOWED);
});

test.each([
  ["new A2ARedisError('A', `Record ${key} is damaged.`);", 'key'],
  ["new A2ARedisError('A', `Record ${abbreviate(task.key)} is damaged.`);", 'key'],
  ["detailedError('A', `Key ${configsKey(place)}.`, { detail });", 'configsKey'],
  ["detailedError('A', 'On ' + this.task.channel, { detail });", 'channel'],
  ["new A2ARedisError('A', `Failed: ${failure.message}`, { cause });", 'message'],
  ["new A2ARedisError('A', String(error));", 'error'],
  ['const text = `on ${key}`; new A2ARedisError(code, text);', 'key'],
  ['const a = `on ${key}`; const b = c ? `not ${a}` : d; new A2ARedisError(code, b);', 'key'],
  ["new A2ARedisError('A', `Script ${script.name} failed.`);", 'script'],
  ["new A2ARedisError('A', `The server said ${textReply(parts[1])}.`);", 'textReply'],
])('%s is found', (source, name) => {
  expect(messageLeaks(`// One line above.\n${source}\n`)).toEqual([`2: ${name}`]);
});

test.each([
  "new A2ARedisError('A', `Task ${abbreviate(taskId)} is damaged.`, { detail: `On ${key}.` });",
  "new A2ARedisError('A', `Queue ${JSON.stringify(keys.queueId)} is closed.`);",
  "const message = `Task ${taskId}.`; detailedError('A', message, { detail: error.message });",
  'new OtherError(code, `Key ${key}`);',
  'fail(`Key ${key}`);',
])('%s is none', (source) => {
  expect(messageLeaks(source)).toEqual([]);
});
