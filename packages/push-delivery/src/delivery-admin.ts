import {
  arrayReply,
  keySegment,
  type RedisScript,
  type Scope,
  type ScriptRunner,
  type ServerLayout,
  textsReply,
} from '@a2a-redis/core/shared';

import type { DeliveryKeys, TaskPlace } from './delivery/delivery-keys.ts';
import { countDue, markTask, readLanes, requeueLetter, switchLane } from './delivery/scripts.ts';

/** What waits. */
export interface WaitingReport {
  /** How many tasks wait for something: a receiver, the end of a pause, or the end of an attempt. */
  readonly waiting: number;
  /** How many of them are due; of all tenants, how many tenants have something due. */
  readonly due: number;
  /** For how long the first of them has been due, in milliseconds; 0 where nothing is. */
  readonly oldestDueMs: number;
}

/** How far a config of a task is. */
export interface LaneReport {
  readonly configId: string;
  /** How many events wait for it. */
  readonly waiting: number;
  /** How many attempts the first of them had. */
  readonly attempts: number;
  /** How many attempts failed in a row. */
  readonly failures: number;
  readonly isPaused: boolean;
  readonly isInFlight: boolean;
  /** How many artifact chunks were given up for a snapshot of the task. */
  readonly dropped: number;
  /** In how many milliseconds the next attempt is due. */
  readonly dueInMs: number;
  /** Why the last attempt failed; empty where it did not. */
  readonly reason: string;
}

/** What operators ask of deliveries. */
export class DeliveryAdmin {
  readonly #runner: ScriptRunner;
  readonly #layout: ServerLayout;
  readonly #keys: DeliveryKeys;
  readonly #retentionSeconds: number;

  constructor(
    runner: ScriptRunner,
    layout: ServerLayout,
    keys: DeliveryKeys,
    retentionSeconds: number,
  ) {
    this.#runner = runner;
    this.#layout = layout;
    this.#keys = keys;
    this.#retentionSeconds = retentionSeconds;
  }

  /** Whether the letter was there. */
  async requeue(task: TaskPlace, letterId: string, configId: string): Promise<boolean> {
    const { scope, taskId, tenant, name } = task;
    const keys = [...this.#keys.lanes(name), this.#keys.letters(name)];
    const kept = String(this.#retentionSeconds);
    const args = [tenant, name, letterId, configId, kept, scope.tenant, scope.owner, taskId];
    return (await this.#run(task, requeueLetter, keys, args)) === 'requeued';
  }

  async switchLane(task: TaskPlace, configId: string, to: 'pause' | 'resume'): Promise<void> {
    const { scope, taskId, tenant, name } = task;
    const kept = String(this.#retentionSeconds);
    const mode = to === 'pause' ? 'p' : 'a';
    const args = [tenant, name, configId, mode, kept, scope.tenant, scope.owner, taskId];
    await this.#run(task, switchLane, this.#keys.lanes(name), args);
  }

  async lanes({ name }: TaskPlace): Promise<readonly LaneReport[]> {
    const reply = await this.#runner.run(readLanes, this.#keys.lanes(name), []);
    return arrayReply(readLanes.name, reply).map((each) => {
      const [
        configId = '',
        waiting,
        attempts,
        failures,
        paused,
        inFlight,
        dropped,
        due,
        reason = '',
      ] = textsReply(each);
      return {
        configId,
        waiting: Number(waiting),
        attempts: Number(attempts),
        failures: Number(failures),
        isPaused: paused === 'p',
        isInFlight: inFlight === '1',
        dropped: Number(dropped),
        dueInMs: Number(due),
        reason,
      };
    });
  }

  /** @param scope Of whose tenant; absent for all. */
  async waiting(scope: Scope | undefined): Promise<WaitingReport> {
    const args = scope === undefined ? [] : [keySegment(scope.tenant)];
    const reply = await this.#runner.run(countDue, this.#keys.schedule, args);
    const [waiting, due, oldest] = textsReply(reply).map(Number);
    return { waiting: waiting ?? 0, due: due ?? 0, oldestDueMs: oldest ?? 0 };
  }

  /** Where the schedule is in another slot, its mark goes first. */
  async #run(
    { tenant, name }: TaskPlace,
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    if ((await this.#layout.find()) === 'single') {
      return this.#runner.run(script, [...keys, ...this.#keys.schedule], args);
    }
    await this.#runner.run(markTask, this.#keys.schedule, [tenant, name, '0']);
    return this.#runner.run(script, keys, args);
  }
}
