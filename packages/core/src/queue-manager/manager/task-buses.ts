import type { RuntimeTimer } from '../../runtime/runtime.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { eachAtOnce } from '../../shared/each-at-once.ts';
import { isHopeless } from '../events/queue-errors.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { TaskBus } from '../bus/task-bus.ts';

/** After how long without a message a bus looks after what a lost one would have told, in milliseconds. */
const CHECK_MS = 4000;
/** How many buses look at once. */
const CHECKS_AT_ONCE = 32;

/** The buses of a process: made when a task needs one, looked after, and dropped when nobody needs it any more. */
export class TaskBuses {
  readonly #services: BusServices;
  readonly #present = new Map<string, TaskBus>();
  /** Those that are over, and still needed: by their last events, or by who hears of other replicas. */
  readonly #former = new Set<TaskBus>();
  #timer: RuntimeTimer | undefined;
  #isStopped = false;

  constructor(services: BusServices) {
    this.#services = services;
  }

  /** The bus of a task, where it has one. */
  get(task: TaskAddress): TaskBus | undefined {
    return this.#present.get(task.name);
  }

  /** The bus of a task, on which it can be executed. */
  of(task: TaskAddress): TaskBus {
    const known = this.get(task);
    if (known?.isOpen === true) return known;
    const isSending = known?.isNeeded === true;
    if (isSending) this.#former.add(known);
    else if (known !== undefined) this.drop(known);
    const onChanged = (changed: TaskBus): void => {
      if (changed.isNeeded) this.#keep(changed);
      else this.drop(changed);
    };
    const earlier = isSending ? known.runs.present : undefined;
    const bus = new TaskBus(task, this.#services, onChanged, earlier);
    this.#present.set(task.name, bus);
    this.#scheduleCheck();
    return bus;
  }

  all(): TaskBus[] {
    return [...this.#present.values(), ...this.#former];
  }

  /** Looks after a bus again that nobody needed: its executor, which had returned, works on. */
  #keep(bus: TaskBus): void {
    const present = this.get(bus.task);
    if (this.#isStopped || present === bus || this.#former.has(bus)) return;
    if (present?.isNeeded === true || !bus.isOpen) {
      this.#former.add(bus);
    } else {
      if (present !== undefined) this.drop(present);
      this.#present.set(bus.task.name, bus);
    }
    this.#scheduleCheck();
  }

  /** Drops a bus, if nobody needs it: it can be made anew. */
  drop(bus: TaskBus): void {
    if (bus.isNeeded) return;
    bus.close();
    this.#former.delete(bus);
    if (this.get(bus.task) === bus) this.#present.delete(bus.task.name);
  }

  /** Stops looking after them. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #scheduleCheck(): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    const { runtime } = this.#services;
    const pauseMs = CHECK_MS * (0.75 + runtime.random() * 0.5);
    this.#timer = runtime.setTimer(() => void this.#check(), pauseMs);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    await eachAtOnce(this.all(), CHECKS_AT_ONCE, async (bus) => {
      await bus.check(CHECK_MS / 2).catch((error: unknown) => {
        this.#services.onError(error);
        if (isHopeless(error)) bus.disconnect(error);
      });
      this.drop(bus);
    });
    this.#timer = undefined;
    if (this.#present.size > 0 || this.#former.size > 0) this.#scheduleCheck();
  }
}
