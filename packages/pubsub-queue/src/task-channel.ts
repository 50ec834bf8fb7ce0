import {
  defineScript,
  type EventBatch,
  type ScriptRunner,
  type SendOutcome,
  type TaskAddress,
} from '@a2a-redis/core/kernel';

import announcePositionSource from './scripts/announce-position.lua';
import publishEventsSource from './scripts/publish-events.lua';

const publishEventsScript = defineScript('publish-events', publishEventsSource);
const announcePositionScript = defineScript('announce-position', announcePositionSource);

/**
 * How long the state of a task stays after the end that another replica gave it, in seconds: so long,
 * a replica that was taken to be gone cannot publish more.
 */
const FENCE_SECONDS = 300;

/** Publishes on the channels of tasks. */
export class TaskChannel {
  readonly #runner: ScriptRunner;
  readonly #publish: 'PUBLISH' | 'SPUBLISH';
  readonly #retentionSeconds: string;

  /** @param retentionSeconds How long the state of a task stays without any event. */
  constructor(runner: ScriptRunner, publish: 'PUBLISH' | 'SPUBLISH', retentionSeconds: number) {
    this.#runner = runner;
    this.#publish = publish;
    this.#retentionSeconds = String(retentionSeconds);
  }

  /** Publishes events in one message. Safe to repeat while the task has not ended. */
  async send(
    task: TaskAddress,
    { publisher, firstCounter, bodies }: EventBatch,
  ): Promise<SendOutcome> {
    const where = [task.channel, this.#publish];
    const limits = [this.#retentionSeconds, String(FENCE_SECONDS)];
    const args = [publisher, String(firstCounter), ...where, ...limits, ...bodies];
    const reply = await this.#runner.run(publishEventsScript, [task.state], args);
    return reply === 'fenced' ? 'fenced' : 'accepted';
  }

  /** Tells all who follow a task how many events there were until now. */
  async announcePosition(task: TaskAddress): Promise<void> {
    await this.#runner.run(announcePositionScript, [task.state], [task.channel, this.#publish]);
  }
}
