import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';

/** A call's context. */
export function contextOf(
  options: {
    readonly tenant?: string | undefined;
    readonly userName?: string | undefined;
    readonly version?: string | undefined;
  } = {},
): ServerCallContext {
  const { tenant, userName, version } = options;
  return new ServerCallContext({
    ...(tenant === undefined ? {} : { tenant }),
    ...(version === undefined ? {} : { requestedVersion: version }),
    ...(userName === undefined ? {} : { user: { isAuthenticated: true, userName } }),
  });
}

/** A config without an id, unless one is given. */
export function configOf(
  fields: Partial<TaskPushNotificationConfig> = {},
): TaskPushNotificationConfig {
  return {
    tenant: '',
    id: '',
    taskId: 'task',
    url: 'https://client.example/hook',
    token: '',
    authentication: undefined,
    ...fields,
  };
}

/** Ids that have misled stores: by separators, globs, encodings, length, or by looking like others. */
export const ODD_IDS: readonly string[] = [
  ':',
  'a:b',
  'a',
  'b:a',
  '{',
  '}',
  '{a}',
  '*',
  '?',
  '[a]',
  '\\',
  '%3A',
  '~',
  '\n',
  '\0',
  ' ',
  'é',
  'e\u0301',
  '🦀',
  '12345',
  '1e3',
  'null',
  'true',
  '__proto__',
  'constructor',
  'seq',
  'c:',
  'x'.repeat(10_000),
  `${'x'.repeat(9_999)}y`,
];
