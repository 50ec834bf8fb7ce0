import {
  type AppliedEvents,
  type EventBatch,
  type PublishCommand,
  type RedisTaskState,
  type TaskAddress,
  taskStateSource,
} from '@a2a-redis/core/queue-manager';
import {
  type CompanionCall,
  defineCompanion,
  defineScript,
  type ScriptRunner,
  textsReply,
  requireRightsSource,
} from '@a2a-redis/core/shared';

import { type LogEntry, parseLog, sequenceOf } from './log-message.ts';
import { readStream, type StreamRange } from './read-stream.ts';
import appendEventsSource from './scripts/append-events.lua';
import readPositionSource from './scripts/read-position.lua';

const appendEvents = defineCompanion('append-events', `${taskStateSource}\n${appendEventsSource}`);
const readPositionScript = defineScript(
  'read-position',
  `${requireRightsSource}\n${taskStateSource}\n${readPositionSource}`,
  { writes: 'sometimes' },
);

/** How many entries are read back at once. */
const ENTRIES_PER_READ = 256;

/** Where a log stands, or a reader of it. */
export interface LogPosition {
  /** Changes where a log begins anew; empty where nothing was published yet. */
  readonly epoch: string;
  readonly sequence: number;
  readonly id: string;
}

/** How a log is kept. */
export interface LogLimits {
  readonly maxEventsPerTask: number;
  readonly retentionSeconds: number;
  readonly endedRetentionSeconds: number;
  readonly maxMessageBytes: number;
}

/** The logs of tasks: one stream for each, next to the task's state. */
export class StreamLog {
  readonly #runner: ScriptRunner;
  readonly #limits: readonly string[];

  constructor(runner: ScriptRunner, limits: LogLimits) {
    this.#runner = runner;
    this.#limits = [
      limits.maxEventsPerTask,
      limits.retentionSeconds,
      limits.endedRetentionSeconds,
      limits.maxMessageBytes,
    ].map(String);
  }

  /** What appends a batch, with the task's record or alone. */
  appending(
    task: TaskAddress,
    { publisher, firstCounter, sentBefore, bodies, mode }: EventBatch,
    publish: PublishCommand,
  ): CompanionCall {
    const counters = [String(firstCounter), sentBefore === undefined ? '' : String(sentBefore)];
    const place = [task.channel, publish];
    return {
      companion: appendEvents,
      keys: [task.state, task.log],
      args: [publisher, ...counters, ...place, ...this.#limits, mode ?? '', ...bodies],
    };
  }

  async position(task: TaskAddress): Promise<LogPosition> {
    const reply = await this.#runner.run(readPositionScript, [task.state], []);
    const [epoch, id] = textsReply(reply);
    return positionOf(epoch, id);
  }

  /** Entries after an id, oldest first. */
  async after(task: TaskAddress, id: string, count: number): Promise<readonly LogEntry[]> {
    return this.#read(task, { command: 'XRANGE', from: `(${id}`, to: '+', count });
  }

  /**
   * Entries that a task does not hold, oldest first: read back until all that it lacks is found. Lists of
   * applied events have holes, so that an entry which the task holds says nothing of those before it.
   *
   * @param counters How many events of each publisher there were.
   * @returns `undefined` where some were trimmed, or never got here.
   */
  async unapplied(
    task: TaskAddress,
    applied: AppliedEvents,
    counters: ReadonlyMap<string, number>,
  ): Promise<readonly LogEntry[] | undefined> {
    const found: LogEntry[] = [];
    let missing = countMissing(applied, counters);
    const back = { command: 'XREVRANGE', to: '-', count: ENTRIES_PER_READ } as const;
    for (let from = '+'; missing > 0;) {
      const entries = await this.#read(task, { ...back, from });
      for (const entry of entries) {
        const { eventId, body } = entry;
        if (applied.has(eventId)) continue;
        if (isStored(body)) found.push(entry);
        // What tells of a gap is of no publisher, and none of the events that are looked for.
        const last = counters.get(eventId.publisher);
        if (last !== undefined && eventId.counter <= last) missing -= 1;
      }
      const oldest = entries.at(-1);
      if (oldest === undefined || entries.length < ENTRIES_PER_READ) break;
      from = `(${oldest.id}`;
    }
    return missing > 0 ? undefined : found.toReversed();
  }

  /** Entries of a publisher after one of its counters, oldest first: read back until that one is found. */
  async published(
    task: TaskAddress,
    publisher: string,
    counter: number,
  ): Promise<readonly LogEntry[]> {
    const found: LogEntry[] = [];
    const back = { command: 'XREVRANGE', to: '-', count: ENTRIES_PER_READ } as const;
    for (let from = '+'; ;) {
      const entries = await this.#read(task, { ...back, from });
      const theirs = entries.filter(({ eventId }) => eventId.publisher === publisher);
      const isFound = theirs.some(({ eventId }) => eventId.counter <= counter);
      for (const each of theirs) {
        if (each.eventId.counter > counter && isEvent(each)) found.push(withMoment(each));
      }
      const oldest = entries.at(-1);
      if (isFound || oldest === undefined || entries.length < ENTRIES_PER_READ) break;
      from = `(${oldest.id}`;
    }
    return found.toReversed();
  }

  async #read(task: TaskAddress, range: StreamRange): Promise<readonly LogEntry[]> {
    return parseLog(await readStream(this.#runner, task.log, range));
  }
}

/** Where a log stands, as the state of its task has it. */
export function notedPosition({ noted }: Pick<RedisTaskState, 'noted'>): LogPosition {
  return positionOf(noted.get('epoch'), noted.get('last'));
}

function positionOf(epoch = '', id = ''): LogPosition {
  return { epoch, id: id === '' ? '0-0' : id, sequence: sequenceOf(id) ?? 0 };
}

/** Whether a task holds what an entry brings: not a message, a gap or the end. */
function isStored(body: string): boolean {
  return !/^[mgz]/.test(body);
}

/** Ids begin with the clock of the server. */
function withMoment(entry: LogEntry): LogEntry {
  return { ...entry, acceptedAt: Number.parseInt(entry.id, 10) };
}

/** Whether an entry is an event, rather than a gap or the end. */
function isEvent({ body }: LogEntry): boolean {
  return !/^[gz]/.test(body);
}

/** How many of the events that there were a task does not hold. */
function countMissing(applied: AppliedEvents, counters: ReadonlyMap<string, number>): number {
  let missing = 0;
  for (const [publisher, counter] of counters) {
    missing += counter;
    for (const { first, last } of applied.ranges(publisher)) {
      missing -= Math.max(0, Math.min(last, counter) - first + 1);
    }
  }
  return missing;
}
