import { directQueueName } from '@a2a-redis/core/queue-manager';
import { type Scope } from '@a2a-redis/core/shared';

/** A direct queue: nothing but a channel. */
export interface DirectQueueKeys {
  readonly queueId: string;
  /** Identifies the queue among all of the prefix. */
  readonly name: string;
  /** The channel of its events. */
  readonly channel: string;
}

/** The channel of a direct queue: `<prefix>{<tenant>:<owner>:q:<queue id>}:events`. */
export function directQueueKeys(prefix: string, scope: Scope, queueId: string): DirectQueueKeys {
  const name = directQueueName(scope, queueId);
  return { queueId, name, channel: `${prefix}{${name}}:events` };
}
