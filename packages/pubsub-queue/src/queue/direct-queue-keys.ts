import { directQueueName, type QueuePlace } from '@a2a-redis/core/queue-manager';
import { channelName, type Scope } from '@a2a-redis/core/shared';

/** A direct queue: nothing but a channel. */
export interface DirectQueueKeys {
  readonly queueId: string;
  /** Identifies the queue among all of the prefix. */
  readonly name: string;
  /** The channel of its events. */
  readonly channel: string;
  /** What is passed as a key to publish there: a client that has a key prefix adds that. */
  readonly published: string;
}

/** The channel of a direct queue: `<prefix>{<tenant>:<owner>:q:<queue id>}:events`. */
export function directQueueKeys(
  { prefix, channels }: QueuePlace,
  scope: Scope,
  queueId: string,
): DirectQueueKeys {
  const name = directQueueName(scope, queueId);
  const base = `${prefix}{${name}}:events`;
  return {
    queueId,
    name,
    channel: channelName(base, channels),
    published: channelName(base, { ...channels, before: '' }),
  };
}
