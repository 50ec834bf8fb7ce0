import type { A2ARedisError } from '../../shared/errors.ts';
import { isRefusal } from '../../redis/command-fault.ts';
import type { BusServices } from './bus-services.ts';
import type { EndedRun } from './own-runs.ts';
import type { FencedBy } from '../state/task-state.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';

/**
 * What others know of a run:
 *
 * - `new`: nothing.
 * - `entering`: it may be known, or not.
 * - `entered`: that it goes on.
 * - `paused`: that it is over; a replica that finds its note stores what is left of its events.
 * - `left`: that it is over.
 * - `void`: nothing, and it can never begin.
 */
type Phase = 'new' | 'entering' | 'entered' | 'paused' | 'left' | 'void';

/** What was accepted of a run. */
type Accepted = Pick<EndedRun, 'status' | 'counter' | 'acceptedAt'>;

/** Tells the other replicas of one run of a task. What fails is reported, and tried again. */
export class RunRegistration {
  readonly task: TaskAddress;
  readonly #run: string;
  readonly #services: BusServices;
  readonly #onRefused: (by: FencedBy) => void;
  #registered: Promise<void> | undefined;
  #contextId = '';
  #phase: Phase = 'new';
  #refusal: A2ARedisError | undefined;
  /** Until when the note stays without a further one, on the clock of the runtime. */
  #renewAt = Number.POSITIVE_INFINITY;

  /** @param onRefused Called where others have ended the run, or nothing is begun here any more. */
  constructor(
    task: TaskAddress,
    run: string,
    services: BusServices,
    onRefused: (by: FencedBy) => void,
  ) {
    this.task = task;
    this.#run = run;
    this.#services = services;
    this.#onRefused = onRefused;
  }

  /** Whether others know of it, and nobody has ended it by then. */
  get isRegistered(): boolean {
    return this.#phase === 'entered';
  }

  /** Whether others may know of it, so that they end it when its replica is gone. */
  get isKnown(): boolean {
    return this.#phase === 'entering' || this.#phase === 'entered';
  }

  /** Whether it can never begin, and nobody takes it to have been: its requests can be executed as another run. */
  get isVoid(): boolean {
    return this.#phase === 'void';
  }

  /** Why others cannot be told of it as long as nobody changes what the client may do; `undefined` where they can. */
  get refusal(): A2ARedisError | undefined {
    return this.#refusal;
  }

  get contextId(): string {
    return this.#contextId;
  }

  /** Says of which context the task is, for those who end it before anybody stored it. */
  setContext(contextId: string): void {
    this.#contextId = contextId;
  }

  /**
   * Registers the run, if it is not, or if that was so long ago that it would be forgotten. Resolves when
   * it is registered, or could not be for now.
   */
  async register(): Promise<void> {
    if (this.#services.runtime.now() >= this.#renewAt) {
      this.#registered = undefined;
      this.#renewAt = Number.POSITIVE_INFINITY;
    }
    this.#registered ??= this.#register();
    await this.#registered;
  }

  /** Resolves when a registration under way has ended. */
  async settled(): Promise<void> {
    await this.#registered;
  }

  /** Ends the run and leaves its task open, which waits for its user. Its note stays. */
  async pause(): Promise<void> {
    this.#registered = undefined;
    await this.#services.states.pause(this.task, this.#run);
    if (this.isKnown) this.#phase = 'paused';
  }

  /**
   * Removes the note of a run that has come to its end, or is paused.
   *
   * @param ended What was accepted of it; absent where others have ended it, or it never began.
   */
  async forget(ended?: Accepted): Promise<void> {
    await this.#services.states.forget(this.#run);
    this.left(ended);
  }

  /** The note of the run is no more. */
  left(ended?: Accepted): void {
    const { task, contextId } = this;
    this.#services.ownRuns.leave(this.#run, ended && { task, contextId, ...ended });
    if (this.isKnown || this.#phase === 'paused') this.#phase = 'left';
  }

  async #register(): Promise<void> {
    const { lease, ownRuns, states, onError } = this.#services;
    this.#refusal = undefined;
    try {
      await lease.start();
      if (!this.isKnown && !lease.takesRuns) {
        this.#onRefused('over');
        return;
      }
      if (!(await this.#isLive())) return;
      ownRuns.begin(this.#run);
      const isNoted = await states.note(this.task, this.#run, this.#contextId);
      if (!isNoted) lease.abandon(replicaOf(this.#run));
      // That may have taken long.
      if (await this.#isLive()) await this.#enter();
      if (!this.isVoid) return;
      if (isNoted) await this.forget();
      else ownRuns.leave(this.#run);
    } catch (error) {
      this.#registered = undefined;
      this.#refusal = isRefusal(error) ? error : undefined;
      onError(error);
    }
  }

  /** Whether others look after what begins under the name of its replica. Where that was given up, it is void. */
  async #isLive(): Promise<boolean> {
    const { lease } = this.#services;
    await lease.confirm();
    const isNamed = replicaOf(this.#run) === lease.replica;
    if (isNamed && lease.isLive) return true;
    if (isNamed) this.#registered = undefined;
    else if (!this.isKnown) this.#phase = 'void';
    return false;
  }

  async #enter(): Promise<void> {
    const { lease, states, runtime } = this.#services;
    if (!this.isKnown) this.#phase = 'entering';
    const beginning = await states.begin(this.task, this.#run);
    this.#renewAt = runtime.now() + states.renewAfterMs;
    switch (beginning) {
      case 'begun':
        this.#phase = 'entered';
        break;
      case 'void':
        if (this.#phase === 'entered') {
          this.#onRefused('fenced');
          break;
        }
        this.#phase = 'void';
        await lease.renew();
        break;
      case 'fenced':
      case 'over':
      default:
        this.#onRefused(beginning);
    }
  }
}
