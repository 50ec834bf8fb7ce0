import { arrayReply, type ScriptRunner, textsReply } from '@a2a-redis/core/shared';

import type { DeliveryKeys, TaskPlace } from './delivery/delivery-keys.ts';
import type { Schedule } from './delivery/schedule.ts';
import { readLanes, requeueLetter, switchLane } from './delivery/scripts.ts';

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
  readonly #schedule: Schedule;
  readonly #keys: DeliveryKeys;
  readonly #retentionSeconds: number;

  constructor(
    runner: ScriptRunner,
    schedule: Schedule,
    keys: DeliveryKeys,
    retentionSeconds: number,
  ) {
    this.#runner = runner;
    this.#schedule = schedule;
    this.#keys = keys;
    this.#retentionSeconds = retentionSeconds;
  }

  /** Whether the letter was there. */
  async requeue(task: TaskPlace, letterId: string, configId: string): Promise<boolean> {
    const { scope, taskId, tenant, name } = task;
    const keys = [...this.#keys.lanes(name), this.#keys.letters(name)];
    const kept = String(this.#retentionSeconds);
    const args = [tenant, name, letterId, configId, kept, scope.tenant, scope.owner, taskId];
    return (await this.#schedule.runMarked(task, requeueLetter, keys, args)) === 'requeued';
  }

  async switchLane(task: TaskPlace, configId: string, to: 'pause' | 'resume'): Promise<void> {
    const { scope, taskId, tenant, name } = task;
    const kept = String(this.#retentionSeconds);
    const mode = to === 'pause' ? 'p' : 'a';
    const args = [tenant, name, configId, mode, kept, scope.tenant, scope.owner, taskId];
    await this.#schedule.runMarked(task, switchLane, this.#keys.lanes(name), args);
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
}
