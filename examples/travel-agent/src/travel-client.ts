import {
  type ListTasksRequest,
  Role,
  type SendMessageRequest,
  type TaskPushNotificationConfig,
  TaskState,
} from '@a2a-js/sdk';
import { type Client, ClientFactory, ClientFactoryOptions } from '@a2a-js/sdk/client';

import { textMessage } from './messages.ts';

/** The same agent by both of its transports. */
export interface TravelClients {
  readonly jsonRpc: Client;
  readonly rest: Client;
}

/** Reads the agent card at the origin and makes a client for each transport. */
export async function connect(origin: string): Promise<TravelClients> {
  const clientFor = (transport: string): Promise<Client> =>
    new ClientFactory({
      ...ClientFactoryOptions.default,
      preferredTransports: [transport],
    }).createFromUrl(origin);
  return { jsonRpc: await clientFor('JSONRPC'), rest: await clientFor('HTTP+JSON') };
}

/** A message of the user, to a task where one is named. */
export function request(
  text: string,
  options: {
    readonly taskId?: string;
    readonly contextId?: string;
    readonly push?: TaskPushNotificationConfig;
  } = {},
): SendMessageRequest {
  return {
    tenant: '',
    message: textMessage(Role.ROLE_USER, text, options),
    configuration: {
      acceptedOutputModes: [],
      taskPushNotificationConfig: options.push,
      returnImmediately: false,
    },
    metadata: undefined,
  };
}

/** All tasks, but for what the filter says. */
export function listRequest(filter: Partial<ListTasksRequest>): ListTasksRequest {
  return {
    tenant: '',
    contextId: '',
    status: TaskState.TASK_STATE_UNSPECIFIED,
    pageToken: '',
    statusTimestampAfter: undefined,
    ...filter,
  };
}

/** A webhook whose requests carry an `Authorization` header. */
export function pushConfig(
  id: string,
  url: string,
  scheme: string,
  credentials: string,
): TaskPushNotificationConfig {
  const authentication = { scheme, credentials };
  return { tenant: '', id, taskId: '', url, token: '', authentication };
}
