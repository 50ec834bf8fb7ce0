import type { A2ARedisError } from '../../shared/errors.ts';
import { contextOfScope } from '../../shared/scope.ts';
import { isTerminal } from '../../shared/state-kinds.ts';
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
 * - `ending`: the same; its end is on the way, or that it was paused, so that it must not be entered again after that.
 * - `paused`: that it is over; a replica that finds its note stores what is left of its events.
 * - `leaving`: its note is being removed.
 * - `left`: that it is over.
 * - `void`: nothing, and it can never begin.
 */
type Phase = 'new' | 'entering' | 'entered' | 'ending' | 'paused' | 'leaving' | 'left' | 'void';
/** In which others are to find its note. */
const NOTED: ReadonlySet<Phase> = new Set(['entered', 'ending', 'paused']);

/** What a registration needs to know of its run, and tells. */
export interface RegisteredRun {
  /** Others have ended the run, or nothing is begun here any more. */
  readonly onRefused: (by: FencedBy) => void;
  /** Whether the run has published the end of its task, after which it is entered no more. */
  readonly hasPublishedEnd: () => boolean;
}

/** What was accepted of a run. */
type Accepted = Pick<EndedRun, 'status' | 'counter' | 'acceptedAt'>;

/** Tells the other replicas of one run of a task. What fails is reported, and tried again. */
export class RunRegistration {
  readonly task: TaskAddress;
  readonly #run: string;
  readonly #services: BusServices;
  readonly #events: RegisteredRun;
  #registered: Promise<void> | undefined;
  /** While others are told once more. */
  #again: Promise<void> | undefined;
  #contextId = '';
  #isFollowUp = false;
  #phase: Phase = 'new';
  #refusal: A2ARedisError | undefined;
  /** Until when the note stays without a further one, on the clock of the runtime. */
  #renewAt = Number.POSITIVE_INFINITY;

  constructor(task: TaskAddress, run: string, services: BusServices, events: RegisteredRun) {
    this.task = task;
    this.#run = run;
    this.#services = services;
    this.#events = events;
  }

  /** Whether others know of it, and nobody has ended it by then. */
  get isRegistered(): boolean {
    return this.#phase === 'entered';
  }

  /** Whether others may know of it, so that they end it when its replica is gone. */
  get isKnown(): boolean {
    return ['entering', 'entered', 'ending', 'leaving'].includes(this.#phase);
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

  /**
   * Says what it executes.
   *
   * @param contextId Of the task, for those who end it before anybody stored it.
   * @param isFollowUp Whether the task was begun before, so that others may execute it.
   */
  describe(contextId: string | undefined, isFollowUp: boolean): void {
    this.#contextId = contextId ?? this.#contextId;
    this.#isFollowUp ||= isFollowUp;
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
    await this.settled();
  }

  /**
   * Tells others again what they should know of it, where Redis may have lost that: its note, and that it goes on.
   * Does nothing before others were told, and once they need not know.
   */
  async enterAgain(): Promise<void> {
    this.#again ??= this.#enterAgain().finally(() => (this.#again = undefined));
    await this.#again;
  }

  /** Its end is about to be sent, or others have ended it: from here on, only its note is looked after. */
  ending(): void {
    if (this.#phase === 'entering' || this.#phase === 'entered') this.#phase = 'ending';
  }

  /** Resolves when nothing is under way that tells others of it. */
  async settled(): Promise<void> {
    await this.#registered;
    await this.#again;
  }

  /** Ends the run and leaves its task open, which waits for its user. Its note stays. */
  async pause(): Promise<void> {
    await this.settled();
    this.#registered = undefined;
    this.ending();
    await this.#services.states.pause(this.task, this.#run);
    if (this.isKnown) this.#phase = 'paused';
  }

  /**
   * Removes the note of a run that has come to its end, or is paused.
   *
   * @param ended What was accepted of it; absent where others have ended it, or it never began.
   */
  async forget(ended?: Accepted): Promise<void> {
    // A note that is written after it was removed would stay.
    await this.settled();
    if (NOTED.has(this.#phase)) this.#phase = this.#phase === 'paused' ? 'left' : 'leaving';
    await this.#services.states.forget(this.#run);
    this.left(ended);
  }

  /** The note of the run is no more. */
  left(ended?: Accepted): void {
    const { task, contextId } = this;
    this.#services.ownRuns.leave(this.#run, ended && { task, contextId, ...ended });
    if (this.isKnown || this.#phase === 'paused') this.#phase = 'left';
  }

  /**
   * This process may not bring the run to its end: it gives up the name by which it is noted, so that those who may
   * find the note.
   */
  abandon(): void {
    const { isKnown } = this;
    this.left();
    if (isKnown) this.#services.lease.abandon(replicaOf(this.#run));
  }

  async #register(): Promise<void> {
    const { lease, ownRuns, states, onError } = this.#services;
    this.#refusal = undefined;
    try {
      await lease.start();
      if (!this.isKnown && !lease.takesRuns) {
        this.#events.onRefused('over');
        return;
      }
      if (!(await this.#isLive())) return;
      const isNoted = await this.#note();
      // That may have taken long.
      if (await this.#isLive()) await this.#enter();
      if (!this.isVoid) return;
      if (isNoted) await states.forget(this.#run);
      ownRuns.leave(this.#run);
    } catch (error) {
      this.#registered = undefined;
      this.#refusal = isRefusal(error) ? error : undefined;
      onError(error);
    }
  }

  async #enterAgain(): Promise<void> {
    const { onRefused, hasPublishedEnd } = this.#events;
    const { lease, onError } = this.#services;
    await this.#registered;
    if (!NOTED.has(this.#phase)) return;
    try {
      await lease.confirm();
      // Under another name, this one's runs are ended.
      if (!lease.isWatched || replicaOf(this.#run) !== lease.replica) return;
      await this.#note();
      if (this.#phase !== 'entered' || hasPublishedEnd()) return;
      if ((await this.#hasStoredEnd()) && !hasPublishedEnd()) onRefused('over');
      else if (await this.#isLive()) await this.#enter();
    } catch (error) {
      this.#registered = undefined;
      onError(error);
    }
  }

  /**
   * Whether others have ended the task, and nothing is left that says so but its record, which is kept elsewhere. One
   * that is kept with the state is not looked at: each write of it does that.
   */
  async #hasStoredEnd(): Promise<boolean> {
    const { store, eventStore } = this.#services;
    if (eventStore !== undefined) return false;
    const { taskId, scope } = this.task;
    return isTerminal((await store?.load(taskId, contextOfScope(scope)))?.status);
  }

  /** Whether others find its note where they look. */
  async #note(): Promise<boolean> {
    const { lease, ownRuns, states } = this.#services;
    ownRuns.begin(this.#run, async () => this.enterAgain());
    const isNoted = await states.note(this.task, this.#run, this.#contextId);
    if (!isNoted) lease.abandon(replicaOf(this.#run));
    return isNoted;
  }

  /** Whether others look after what begins under the name of its replica. Where that was given up, it is void. */
  async #isLive(): Promise<boolean> {
    const { lease } = this.#services;
    await lease.confirm();
    const isNamed = replicaOf(this.#run) === lease.replica;
    if (isNamed && lease.isWatched) return true;
    if (isNamed) this.#registered = undefined;
    else if (!this.isKnown) this.#phase = 'void';
    return false;
  }

  async #enter(): Promise<void> {
    const { lease, states, runtime } = this.#services;
    if (!this.isKnown) this.#phase = 'entering';
    const beginning = await states.begin(this.task, this.#run, this.#isFollowUp);
    this.#renewAt = runtime.now() + states.renewAfterMs;
    switch (beginning) {
      case 'begun':
        if (this.#phase !== 'ending') this.#phase = 'entered';
        break;
      case 'void':
        if (this.#phase === 'entered') {
          this.#events.onRefused('fenced');
          break;
        }
        this.#phase = 'void';
        await lease.renew();
        break;
      case 'fenced':
      case 'over':
      default:
        this.#events.onRefused(beginning);
    }
  }
}
