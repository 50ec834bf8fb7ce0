import { contextOfScope } from '../../shared/scope.ts';
import { isInterrupted, isTerminal } from '../../shared/state-kinds.ts';
import { sleep } from '../../runtime/sleep.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { TaskStanding } from '../events/event-transport.ts';
import { notFoundOut } from '../events/queue-errors.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { isTaskOver, type RedisTaskState } from '../state/task-state.ts';

/** How long a run that seems not to be there is given to appear, in milliseconds. */
const SECOND_LOOK_MS = 200;
/** How long whoever executes a task is given to say so again: it has to hear that it is asked, and to answer. */
const ANSWER_MS = 1000;
/** Between two looks for the answer, at most, in milliseconds. */
const LOOK_MS = 200;

/**
 * The state of a task: one of which nothing is known only where nobody executes the task, as far as can be known.
 *
 * A state that is not there may be one of a task that never ran, or ended long ago. Then the record says so. Where the
 * record says that the task goes on, or is not there any more either, what Redis knew of it may be lost: whoever executes
 * it is asked to enter its run again, and given the time to: after an outage the time that all replicas have to come
 * back.
 *
 * @param isNeeded Whether it still matters.
 */
export async function knownState(
  task: TaskAddress,
  services: BusServices,
  isNeeded: () => boolean = () => true,
): Promise<RedisTaskState> {
  return (await find(task, services, isNeeded, async () => true)).state;
}

interface Found {
  readonly state: RedisTaskState;
  /** Whether this process knows by then who lives. Not, where Redis refuses to renew leases: nobody can answer then. */
  readonly isCertain: boolean;
}

async function find(
  task: TaskAddress,
  services: BusServices,
  isNeeded: () => boolean,
  wasThere: () => Promise<boolean>,
): Promise<Found> {
  const { states, runtime, lease } = services;
  let state = await states.state(task);
  if (state.phase !== 'none' || !isNeeded()) return { state, isCertain: true };
  const standing = await recordedStanding(task, services, wasThere);
  if (standing === 'ended') return { state, isCertain: true };
  if (standing === 'unknown') {
    // Its first event may have come here ahead of the note that it runs.
    await sleep(runtime, SECOND_LOOK_MS, { ref: false });
    return { state: await states.state(task), isCertain: true };
  }
  const askedAt = runtime.now();
  for (let pauseMs = LOOK_MS / 8; ; pauseMs = Math.min(LOOK_MS, pauseMs * 2)) {
    await lease.look();
    state = await states.askedState(task);
    if (state.phase !== 'none' || !isNeeded()) return { state, isCertain: true };
    const waitedMs = runtime.now() - askedAt;
    if ((waitedMs >= ANSWER_MS || lease.isAlone) && lease.isCalm) return { state, isCertain: true };
    if (waitedMs >= lease.graceMs) return { state, isCertain: lease.isLive };
    await sleep(runtime, pauseMs, { ref: false });
  }
}

/** What is known of one task, looked at again and again. */
export class KnownState {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #isNeeded: () => boolean;
  /** Where nothing is known: it is asked who executes the task, and what came of that. */
  #asking: { isOver: boolean } | undefined;
  /** Whether something was known of it: what is not there any more may be lost. */
  #wasThere = false;

  /** @param isNeeded Whether it matters what others do of the task. */
  constructor(task: TaskAddress, services: BusServices, isNeeded: () => boolean) {
    this.#task = task;
    this.#services = services;
    this.#isNeeded = isNeeded;
  }

  /**
   * Where the task stands: where it matters what others do of it, as {@link knownState} has it.
   *
   * @param snapshot What who asks has of the task; `undefined` where there was no task.
   * @param following Resolves when nothing can be missed any more. Meanwhile, others may look at the task.
   * @throws {A2ARedisError} `DEADLINE_EXCEEDED` where it cannot be found out for now whether the task goes on.
   */
  async standing(snapshot?: unknown, following?: Promise<void>): Promise<TaskStanding> {
    const seen = this.#see(snapshot);
    await following;
    const { state, isCertain } = await find(
      this.#task,
      this.#services,
      this.#isNeeded,
      async () => {
        await seen;
        return this.#wasThere;
      },
    );
    this.#wasThere ||= state.phase !== 'none';
    if (!isCertain) throw notFoundOut(this.#task.taskId);
    return { isEnded: this.#isNeeded() && isTaskOver(state), counters: state.counters };
  }

  /** Who asks has a task. Never rejects: who gave it is told why it cannot be had. */
  async #see(snapshot: unknown): Promise<void> {
    try {
      if ((await snapshot) !== undefined) this.#wasThere = true;
    } catch {
      // Nothing is known by it.
    }
  }

  /**
   * Whether no more events of the task come, by a state that was read. Where that cannot be said at once, not: it is
   * asked, and a later look has the answer.
   */
  async isOver(state: RedisTaskState): Promise<boolean> {
    if (state.phase !== 'none') {
      this.#asking = undefined;
      this.#wasThere = true;
      return isTaskOver(state);
    }
    if (this.#asking === undefined) {
      const standing = await recordedStanding(
        this.#task,
        this.#services,
        async () => this.#wasThere,
      );
      if (standing !== 'going on') return true;
      void this.#ask();
    }
    return this.#asking?.isOver === true;
  }

  /** Never rejects. */
  async #ask(): Promise<void> {
    const asking = { isOver: false };
    this.#asking = asking;
    try {
      asking.isOver = (await this.standing()).isEnded;
    } catch (error) {
      this.#services.onError(error);
    }
    if (!asking.isOver && this.#asking === asking) this.#asking = undefined;
  }
}

/**
 * What the record of a task says. One that waits for its user has come to an end as far as events go.
 *
 * @param wasThere Whether something was known of the task before: a record that is not there may be lost, too.
 */
async function recordedStanding(
  { taskId, scope }: TaskAddress,
  { store }: BusServices,
  wasThere: () => Promise<boolean>,
): Promise<'ended' | 'going on' | 'unknown'> {
  if (store === undefined) return 'unknown';
  const status = (await store.load(taskId, contextOfScope(scope)))?.status;
  if (isTerminal(status)) return 'ended';
  if (status === undefined && !(await wasThere())) return 'unknown';
  return isInterrupted(status) ? 'unknown' : 'going on';
}
