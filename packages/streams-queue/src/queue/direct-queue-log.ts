import type { PublishCommand, PublishRoute } from '@a2a-redis/core/queue-manager';
import {
  defineScript,
  type RedisScript,
  requireRightsSource,
  runCommand,
  type Runtime,
  type ScriptRunner,
  textReply,
  textsReply,
} from '@a2a-redis/core/shared';

import { readStream } from '../read-stream.ts';
import type { DirectQueueLimits } from './consumer-group.ts';
import type { DirectQueueKeys } from './direct-queue-keys.ts';
import { parsePoison, type PoisonEvent } from './poison-event.ts';
import createGroupSource from './scripts/create-group.lua';
import enqueueSource from './scripts/enqueue-events.lua';
import groupClockSource from './scripts/group-clock.lua';
import giveBackSource from './scripts/give-back-events.lua';
import leaveSource from './scripts/leave-queue.lua';
import openSource from './scripts/open-reader.lua';
import readEventsSource from './scripts/read-events.lua';
import readerFieldSource from './scripts/reader-field.lua';
import renewSource from './scripts/renew-events.lua';
import retryPoisonSource from './scripts/retry-poison.lua';
import setAsideSource from './scripts/set-aside-event.lua';

const enqueueScript = scriptOf('enqueue-events', enqueueSource);
const openScript = scriptOf('open-reader', readerFieldSource, createGroupSource, openSource);
const readScript = scriptOf(
  'read-events',
  groupClockSource,
  readerFieldSource,
  createGroupSource,
  readEventsSource,
);
const renewScript = scriptOf('renew-events', groupClockSource, renewSource);
const giveBackScript = scriptOf('give-back-events', giveBackSource);
const leaveScript = scriptOf('leave-queue', readerFieldSource, leaveSource);
const setAsideScript = scriptOf('set-aside-event', setAsideSource);
const retryPoisonScript = scriptOf('retry-poison', retryPoisonSource);

/** Of the time after which events are reclaimed, how long a group of one reader may be silent. */
const SILENT_GROUP_FACTOR = 10;

/** A reader's place in a queue. */
export interface QueueMember {
  readonly group: string;
  readonly consumer: string;
  /** Whether nobody else reads in the group. */
  readonly isPrivate: boolean;
  /** Unique to the reader's life, other than a consumer's name. */
  readonly reader: string;
}

/** Where a group stands. */
export interface GroupPosition {
  /** Changes where a queue begins anew. */
  readonly epoch: string;
  /** The id after which the group reads on. */
  readonly id: string;
}

/** An event as it is stored. */
export interface StoredEvent {
  readonly id: string;
  readonly stored: string;
}

/** What a read gives. */
export interface ReadReply {
  readonly position: GroupPosition;
  /** How many events the group lost, because they were trimmed before they were processed. */
  readonly lost: number;
  /** How many events were set aside. */
  readonly setAside: number;
  readonly events: readonly StoredEvent[];
}

/** The calls of one direct queue, each of which is safe to repeat. */
export class DirectQueueLog {
  readonly keys: DirectQueueKeys;
  readonly limits: DirectQueueLimits;
  readonly runtime: Runtime;
  readonly #runner: ScriptRunner;
  readonly #route: PublishRoute;
  readonly #ttl: string;

  constructor(
    runner: ScriptRunner,
    route: PublishRoute,
    keys: DirectQueueKeys,
    limits: DirectQueueLimits,
  ) {
    this.runtime = runner.runtime;
    this.#runner = runner;
    this.keys = keys;
    this.limits = limits;
    this.#route = route;
    this.#ttl = String(limits.ttlSeconds);
  }

  /** Appends events; returns the id of each. */
  async append(
    producer: string,
    firstCounter: number,
    events: readonly string[],
    deadlineAt?: number,
  ): Promise<readonly string[]> {
    const { state, events: stream, producers } = this.keys;
    const limits = [String(this.limits.maxEvents), this.#ttl];
    const args = [producer, String(firstCounter), ...(await this.#wake()), ...limits, ...events];
    const keys = [state, stream, producers];
    const last = textReply(await this.#runner.run(enqueueScript, keys, args, deadlineAt));
    const [ms = '', sequence] = last.split('-');
    return events.map((_, index) => `${ms}-${Number(sequence) - events.length + 1 + index}`);
  }

  /** Enters a group. Returns `undefined` where the queue had to exist and does not. */
  async open(
    { group, consumer }: QueueMember,
    start: string,
    mustExist: boolean,
  ): Promise<GroupPosition | undefined> {
    // That the server takes events is found out before anything is made.
    await this.#route.find();
    const silentMs = String(this.limits.reclaimIdleMs * SILENT_GROUP_FACTOR);
    const args = [group, consumer, start, mustExist ? '1' : '0', this.#ttl, silentMs];
    const { state, events } = this.keys;
    const reply = await this.#runner.run(openScript, [state, events], args);
    if (reply === null) return undefined;
    const [epoch = '', id = ''] = textsReply(reply);
    return { epoch, id };
  }

  /** Takes the next events. The same call number gives the same events. */
  async read(
    { group, consumer, reader }: QueueMember,
    call: number,
    count: number,
    { epoch, id }: GroupPosition,
  ): Promise<ReadReply> {
    const { reclaimIdleMs, maxDeliveries, maxEvents } = this.limits;
    const limits = [String(reclaimIdleMs), String(maxDeliveries), String(maxEvents), this.#ttl];
    const args = [group, consumer, reader, String(call), String(count), epoch, id, ...limits];
    const { state, events: stream, poison } = this.keys;
    const reply = await this.#runner.run(readScript, [state, stream, poison], args);
    const [newEpoch = '', newId = '', lost, setAside, ...items] = textsReply(reply);
    const events: StoredEvent[] = [];
    for (let index = 0; index + 2 < items.length; index += 3) {
      events.push({ id: items[index] ?? '', stored: items[index + 2] ?? '' });
    }
    const position = { epoch: newEpoch, id: newId };
    return { position, lost: Number(lost), setAside: Number(setAside), events };
  }

  async acknowledge({ group }: QueueMember, id: string): Promise<void> {
    await runCommand(this.#runner, 'XACK', this.keys.events, [group, id]);
  }

  /** A sign of life for events; returns the ids of those that others have taken. */
  async renew(member: QueueMember, ids: readonly string[]): Promise<readonly string[]> {
    const { state, events } = this.keys;
    const args = [member.group, member.consumer, this.#ttl, ...ids];
    return textsReply(await this.#runner.run(renewScript, [state, events], args));
  }

  /** @param isUnseen Whether nobody saw them, so that they do not count as delivered. */
  async giveBack(member: QueueMember, ids: readonly string[], isUnseen: boolean): Promise<void> {
    const { state, events } = this.keys;
    const args = [
      member.group,
      member.consumer,
      ...(await this.#wake()),
      isUnseen ? '1' : '0',
      ...ids,
    ];
    await this.#runner.run(giveBackScript, [state, events], args);
  }

  async leave({ group, consumer, isPrivate, reader }: QueueMember): Promise<void> {
    const { state, events, producers } = this.keys;
    const args = [group, consumer, isPrivate ? '1' : '0', reader, ...(await this.#wake())];
    await this.#runner.run(leaveScript, [state, events, producers], args);
  }

  /** Sets an event aside that cannot be read. */
  async setAside({ group, consumer }: QueueMember, id: string): Promise<void> {
    const { events, poison } = this.keys;
    const args = [group, consumer, id, 'corrupt', String(this.limits.maxEvents), this.#ttl];
    await this.#runner.run(setAsideScript, [events, poison], args);
  }

  /** @param from The first id; with `(` before it, the one after. */
  async range(from: string, count: number): Promise<readonly StoredEvent[]> {
    const range = { command: 'XRANGE', from, to: '+', count } as const;
    const texts = await readStream(this.#runner, this.keys.events, range);
    const events: StoredEvent[] = [];
    for (let index = 0; index + 1 < texts.length; index += 2) {
      events.push({ id: texts[index] ?? '', stored: texts[index + 1] ?? '' });
    }
    return events;
  }

  async poison(after: string, count: number): Promise<readonly PoisonEvent[]> {
    const range = { command: 'XRANGE', from: `(${after}`, to: '+', count } as const;
    return parsePoison(await readStream(this.#runner, this.keys.poison, range));
  }

  /** @param call Unique to the call. */
  async retryPoison(call: string, id: string): Promise<boolean> {
    const { state, events, poison } = this.keys;
    const args = [call, id, ...(await this.#wake())];
    return Number(await this.#runner.run(retryPoisonScript, [state, events, poison], args)) === 1;
  }

  /** What wakes those who wait for events. */
  async #wake(): Promise<[channel: string, command: PublishCommand]> {
    return [this.keys.channel, await this.#route.find()];
  }
}

/** A script of several parts. */
function scriptOf(name: string, ...parts: readonly string[]): RedisScript {
  return defineScript(name, [requireRightsSource, ...parts].join('\n'));
}
