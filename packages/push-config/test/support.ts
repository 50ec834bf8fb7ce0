import { once } from 'node:events';
import type { Server } from 'node:net';

import type { TaskPushNotificationConfig } from '@a2a-js/sdk';
import { ServerCallContext } from '@a2a-js/sdk/server';
import type { RedisClientType } from 'redis';

/** A call of a tenant's user. */
export function contextOf(
  tenant: string,
  userName: string,
  requestedVersion = '1.0',
): ServerCallContext {
  return new ServerCallContext({
    tenant,
    requestedVersion,
    user: { isAuthenticated: true, userName },
  });
}

/** A call of tenant `acme` by user `ann`. */
export const CONTEXT: ServerCallContext = contextOf('acme', 'ann');

/** A config of task `task`. */
export function configOf(
  id: string,
  fields: Partial<TaskPushNotificationConfig> = {},
): TaskPushNotificationConfig {
  return {
    tenant: '',
    id,
    taskId: 'task',
    url: 'https://client.example/hook',
    token: '',
    authentication: undefined,
    ...fields,
  };
}

/** Everything under a prefix: key to field to value. */
export async function contentOf(
  client: RedisClientType,
  prefix: string,
): Promise<Record<string, Record<string, string>>> {
  const content: Record<string, Record<string, string>> = {};
  for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
    for (const key of keys) content[key] = { ...(await client.hGetAll(key)) };
  }
  return content;
}

/** Starts a server on a free loopback port and tells the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server.');
  return address.port;
}
