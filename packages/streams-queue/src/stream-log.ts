import {
  type AppliedEvents,
  defineScript,
  type EventBatch,
  type ScriptRunner,
  type SendOutcome,
  type TaskAddress,
  textsReply,
} from '@a2a-redis/core/kernel';

import { type LogEntry, parseLog, sequenceOf } from './log-message.ts';
import appendEventsSource from './scripts/append-events.lua';
import readLogSource from './scripts/read-log.lua';
import readPositionSource from './scripts/read-position.lua';

const appendEventsScript = defineScript('append-events', appendEventsSource);
const readPositionScript = defineScript('read-position', readPositionSource);
const readLogScript = defineScript('read-log', readLogSource);

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
  readonly #publish: 'PUBLISH' | 'SPUBLISH';
  readonly #limits: readonly string[];

  constructor(runner: ScriptRunner, publish: 'PUBLISH' | 'SPUBLISH', limits: LogLimits) {
    this.#runner = runner;
    this.#publish = publish;
    this.#limits = [
      limits.maxEventsPerTask,
      limits.retentionSeconds,
      limits.endedRetentionSeconds,
      limits.maxMessageBytes,
    ].map(String);
  }

  async append(task: TaskAddress, batch: EventBatch): Promise<SendOutcome> {
    const reply = await this.#runner.run(
      appendEventsScript,
      [task.state, task.log],
      [
        batch.publisher,
        String(batch.firstCounter),
        task.channel,
        this.#publish,
        ...this.#limits,
        ...batch.bodies,
      ],
    );
    return reply === 'fenced' ? 'fenced' : 'accepted';
  }

  async position(task: TaskAddress): Promise<LogPosition> {
    const reply = await this.#runner.run(readPositionScript, [task.state], []);
    const [epoch = '', id = ''] = textsReply(reply);
    return { epoch, id: id === '' ? '0-0' : id, sequence: sequenceOf(id) ?? 0 };
  }

  /** Entries after an id, oldest first. */
  async after(task: TaskAddress, id: string, count: number): Promise<readonly LogEntry[]> {
    return this.#read(task, 'XRANGE', `(${id}`, '+', count);
  }

  /**
   * Entries that a task does not hold, oldest first: read back until many in a row are in it.
   *
   * @returns `undefined` where some may have been trimmed.
   */
  async unapplied(
    task: TaskAddress,
    applied: AppliedEvents,
  ): Promise<readonly LogEntry[] | undefined> {
    const found: LogEntry[] = [];
    let before = '+';
    for (;;) {
      const entries = await this.#read(task, 'XREVRANGE', before, '-', ENTRIES_PER_READ);
      const missing = entries.filter(({ mark, body }) => isStored(body) && !applied.has(mark));
      found.push(...missing);
      const oldest = entries.at(-1);
      const isAll = oldest === undefined || entries.length < ENTRIES_PER_READ;
      if (!isAll && missing.length > 0) {
        before = `(${oldest.id}`;
        continue;
      }
      if (isAll && oldest !== undefined && missing.includes(oldest) && oldest.sequence > 1) {
        return undefined;
      }
      return found.toReversed();
    }
  }

  async #read(
    task: TaskAddress,
    command: 'XRANGE' | 'XREVRANGE',
    from: string,
    to: string,
    count: number,
  ): Promise<readonly LogEntry[]> {
    const args = [command, from, to, String(count)];
    return parseLog(textsReply(await this.#runner.run(readLogScript, [task.log], args)));
  }
}

/** Whether a task holds what an entry brings: not a message, a gap or the end. */
function isStored(body: string): boolean {
  return !/^[mgz]/.test(body);
}
