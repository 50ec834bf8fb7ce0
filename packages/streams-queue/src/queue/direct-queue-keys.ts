import { directQueueName, type QueuePlace } from '@a2a-redis/core/queue-manager';
import { channelName, type Scope } from '@a2a-redis/core/shared';

/** A direct queue, and its keys: all in one hash slot. */
export interface DirectQueueKeys {
  readonly queueId: string;
  /** Identifies the queue among all of the prefix. */
  readonly name: string;
  /** A hash: where the queue stands, its groups and its readers. */
  readonly state: string;
  /** The stream of its events. */
  readonly events: string;
  /** A hash: the last event of each producer. */
  readonly producers: string;
  /** The stream of events that were set aside. */
  readonly poison: string;
  /** The channel on which readers are woken. */
  readonly channel: string;
}

/** The keys of a direct queue: `<prefix>{<tenant>:<owner>:q:<queue id>}:...`. */
export function directQueueKeys(
  { prefix, channels }: QueuePlace,
  scope: Scope,
  queueId: string,
): DirectQueueKeys {
  const name = directQueueName(scope, queueId);
  const base = `${prefix}{${name}}`;
  return {
    queueId,
    name,
    state: `${base}:state`,
    events: `${base}:events`,
    producers: `${base}:producers`,
    poison: `${base}:poison`,
    channel: channelName(`${base}:wake`, channels),
  };
}
