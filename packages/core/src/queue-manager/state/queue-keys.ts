import { channelName, type ChannelSpace, MAIN_CHANNELS } from '../../layout/channel-space.ts';
import { keySegment } from '../../shared/key-segment.ts';
import { type Scope, scopeSegment } from '../../shared/scope.ts';

/** A task, and the keys of its events: all in one hash slot. */
export interface TaskAddress {
  readonly scope: Scope;
  readonly taskId: string;
  /** Identifies the task among all of the prefix. */
  readonly name: string;
  /** A hash: who executes the task, what was asked of them, and where its events stand. */
  readonly state: string;
  /** The stream of its events. Only where events are stored. */
  readonly log: string;
  /** The channel on which its events and requests are announced. */
  readonly channel: string;
}

/** The keys of a queue manager. */
export class QueueKeys {
  readonly #prefix: string;
  readonly #channels: ChannelSpace;

  constructor(prefix: string, channels: ChannelSpace = MAIN_CHANNELS) {
    this.#prefix = prefix;
    this.#channels = channels;
  }

  /** The keys of a task. */
  task(scope: Scope, taskId: string): TaskAddress {
    const name = `${scopeSegment(scope)}:${keySegment(taskId)}`;
    const base = `${this.#prefix}{${name}}`;
    return {
      scope,
      taskId,
      name,
      state: `${base}:state`,
      log: `${base}:log`,
      channel: channelName(`${base}:events`, this.#channels),
    };
  }

  /** A key of no other use, to find out with what the server takes. */
  get probe(): string {
    return `${this.#prefix}{probe}`;
  }

  /** A sorted set: replicas by the moment until which they are taken to live. */
  get replicas(): string {
    return `${this.#prefix}{replicas}`;
  }

  /** A hash of the tasks that a replica executes. */
  runs(replica: string): string {
    return `${this.#prefix}{run:${replica}}`;
  }

  /** A text: there once {@link runs} takes no more, because the replica was taken to be gone. */
  sealed(replica: string): string {
    return `${this.runs(replica)}:sealed`;
  }
}

/**
 * Identifies a direct queue among all tasks and queues of a prefix. No task has such a name: those have
 * one segment less.
 */
export function directQueueName(scope: Scope, queueId: string): string {
  return `${scopeSegment(scope)}:q:${keySegment(queueId)}`;
}

/** Names what one bus of a replica executes and publishes: the publisher of its events. */
export function runName(replica: string, number: number): string {
  return `${replica}-${number.toString(36)}`;
}

/** The replica of a {@link runName}. */
export function replicaOf(run: string): string {
  return run.slice(0, run.lastIndexOf('-'));
}
