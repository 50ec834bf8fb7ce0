import type { PublishRoute } from '@a2a-redis/core/queue-manager';
import {
  type RedisScript,
  type ScriptRunner,
  type ServerLayout,
  textsReply,
} from '@a2a-redis/core/shared';

import type { DeliveryKeys, TaskPlace } from './delivery-keys.ts';
import { claimTasks, countDue, markTask, settleMark } from './scripts.ts';

/** After so long, a task with nothing due is looked at once more where its mark is in another slot, in milliseconds. */
const IDLE_LOOK_MS = 60_000;

/** A task that was claimed. */
export interface ClaimedTask {
  readonly tenant: string;
  readonly name: string;
  /** The moment of its mark. */
  readonly mark: string;
  readonly wasIdle: boolean;
}

/** What was claimed, and what is left. */
export interface Claim {
  readonly tasks: readonly ClaimedTask[];
  readonly isMoreDue: boolean;
  readonly nextInMs: number | undefined;
}

/** How many tasks are claimed of one tenant. */
export interface ClaimShares {
  readonly forNewcomer: number;
  /** Of tenants for which it is another number. */
  readonly others: readonly (readonly [tenant: string, count: number])[];
}

/** What waits. */
export interface WaitingReport {
  /** How many tasks wait for something: a receiver, the end of a pause, or the end of an attempt. */
  readonly waiting: number;
  /** How many of them are due; of all tenants, how many tenants have something due. */
  readonly due: number;
  /** For how long the first of them has been due, in milliseconds; 0 where nothing is. */
  readonly oldestDueMs: number;
}

/** What a step of a task is run with. */
export interface Reach {
  /** Whether the schedule is among the keys. */
  readonly hasSchedule: boolean;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** How the processes that deliver are told that there is something to take. */
export interface WorkerCalls {
  readonly route: PublishRoute;
  readonly channel: string;
  /** Whether this process takes what becomes due: then no other one is told. */
  readonly isTaken: () => boolean;
}

/** Which tasks have something due when, and the steps that change it: on a cluster, in another slot than the tasks. */
export class Schedule {
  readonly #runner: ScriptRunner;
  readonly #layout: ServerLayout;
  readonly #keys: DeliveryKeys['schedule'];
  readonly #calls: WorkerCalls;

  constructor(
    runner: ScriptRunner,
    layout: ServerLayout,
    { schedule }: DeliveryKeys,
    calls: WorkerCalls,
  ) {
    this.#runner = runner;
    this.#layout = layout;
    this.#keys = schedule;
    this.#calls = calls;
  }

  /**
   * Claims tasks that have something due.
   *
   * @param shares How many of one tenant at most.
   * @param leaseMs For how long they are the caller's, in milliseconds.
   * @param tells Whether others are told where more is due.
   * @returns The tasks; whether more is due; and in how many milliseconds something else is, `undefined` where nothing waits.
   */
  async claim(
    count: number,
    { forNewcomer, others }: ClaimShares,
    leaseMs: number,
    tells: boolean,
  ): Promise<Claim> {
    const args = [
      String(count),
      String(leaseMs),
      String(forNewcomer),
      ...others.flatMap(([tenant, allowed]) => [tenant, String(allowed)]),
      ...(await this.#telling(tells)),
    ];
    const reply = await this.#runner.run(claimTasks, this.#keys, args);
    const [due = '0', next = '-1', ...rest] = textsReply(reply);
    const tasks: ClaimedTask[] = [];
    for (let index = 0; index + 3 < rest.length; index += 4) {
      const [tenant = '', name = '', mark = '', idle = ''] = rest.slice(index, index + 4);
      tasks.push({ tenant, name, mark, wasIdle: idle === 'i' });
    }
    return { tasks, isMoreDue: due !== '0', nextInMs: next === '-1' ? undefined : Number(next) };
  }

  /** What a step of a task is run with: the schedule, too, where one script may touch both. */
  async reach(keys: readonly string[], args: readonly string[]): Promise<Reach> {
    const hasSchedule = (await this.#layout.find()) === 'single';
    const telling = await this.#telling(hasSchedule && !this.#calls.isTaken());
    return {
      hasSchedule,
      keys: hasSchedule ? [...keys, ...this.#keys] : keys,
      args: [...args, ...telling],
    };
  }

  /** Runs a step of a task that sets its mark, where one script may. */
  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    const reached = await this.reach(keys, args);
    return this.#runner.run(script, reached.keys, reached.args);
  }

  /** As {@link run}, of a step that makes something due: a mark that it cannot set goes first. */
  async runMarked(
    task: TaskPlace,
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    const reached = await this.reach(keys, args);
    if (!reached.hasSchedule) await this.mark(task);
    return this.#runner.run(script, reached.keys, reached.args);
  }

  /** Says that a task has something due. */
  async mark({ tenant, name }: TaskPlace): Promise<void> {
    const telling = await this.#telling(!this.#calls.isTaken());
    await this.#runner.run(markTask, this.#keys, [tenant, name, '0', ...telling]);
  }

  /**
   * Says when a claimed task has something due next, where the step that found out could not.
   *
   * @param next The moment, on the clock of the server; -1 for none.
   */
  async settle({ tenant, name, mark, wasIdle }: ClaimedTask, next: string): Promise<void> {
    if ((await this.#layout.find()) === 'single') return;
    const due = next === '-1' ? '' : next;
    const telling = await this.#telling(!this.#calls.isTaken());
    const args = [tenant, name, mark, due, wasIdle ? 'i' : '', String(IDLE_LOOK_MS), ...telling];
    await this.#runner.run(settleMark, this.#keys, args);
  }

  /** @param tenant As keys have it; absent for all. */
  async waiting(tenant: string | undefined): Promise<WaitingReport> {
    const args = tenant === undefined ? [] : [tenant];
    const reply = await this.#runner.run(countDue, this.#keys, args);
    const [waiting, due, oldest] = textsReply(reply).map(Number);
    return { waiting: waiting ?? 0, due: due ?? 0, oldestDueMs: oldest ?? 0 };
  }

  /** The last arguments of a script: see `schedule.lua`. */
  async #telling(isWanted: boolean): Promise<readonly [string, string]> {
    return isWanted ? [await this.#calls.route.find(), this.#calls.channel] : ['', ''];
  }
}
