import type { A2ARedisError } from '../../shared/errors.ts';
import type { BusServices } from '../execution/bus-services.ts';
import type { EventPublisher, HeardEvent } from '../execution/event-publisher.ts';
import { runEnded } from '../events/queue-errors.ts';
import { failingEvent } from '../events/failing-event.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import type { Listeners } from './listeners.ts';
import { storedEnd } from './stored-end.ts';
import { toldBy } from '../events/told-by-event.ts';

/** What this process publishes: who listens to it may wait for some. */
type Delivery = Pick<EventPublisher, 'afterDelivery'>;

/**
 * Where the listeners stand:
 *
 * - `hearing`: they hear what is executed here.
 * - `waiting`: others have ended the task, or are about to; they wait for that end.
 * - `delivering`: the task has come to its end; they get what was published here first.
 * - `telling`: the task has come to its end, and the store is asked which one it is.
 * - `finished`: nothing more comes to them.
 *
 * ```text
 *            endedElsewhere            end
 *   hearing ────────────────▶ waiting ─────▶ telling ──▶ finished      executed, where they do not wait
 *      └─────── end ───────▶ delivering ───────▲                       for an end, and fail: from any ──▶ finished
 * ```
 */
type State =
  | { readonly phase: 'hearing' | 'waiting' | 'delivering' | 'finished' }
  | { readonly phase: 'telling'; readonly told: Promise<void> };

/**
 * The listeners to what this process executes of a task: they are finished when the execution is. Where
 * others have ended the task, they wait for that end instead, and never miss it.
 */
export class OwnListeners {
  readonly #task: TaskAddress;
  readonly #services: BusServices;
  readonly #listeners: Listeners;
  readonly #onFinished: () => void;
  #state: State = { phase: 'hearing' };
  /** Whether they have heard that the task has come to its end. */
  #knowEnd = false;

  /** @param onFinished Called once nothing more comes to them, and they know. */
  constructor(
    task: TaskAddress,
    services: BusServices,
    listeners: Listeners,
    onFinished: () => void,
  ) {
    this.#task = task;
    this.#services = services;
    this.#listeners = listeners;
    this.#onFinished = onFinished;
  }

  /** Whether nothing more comes to them. */
  get areFinished(): boolean {
    return this.#state.phase === 'finished';
  }

  /** Whether they wait for the end that others give the task. */
  get waitForEnd(): boolean {
    return this.#state.phase === 'waiting' || this.#state.phase === 'telling';
  }

  deliver(heard: HeardEvent): void {
    this.#hear(heard);
  }

  /** Others have ended the task, or are about to. */
  endedElsewhere(): void {
    if (this.#state.phase === 'hearing') this.#state = { phase: 'waiting' };
    else if (this.#state.phase === 'delivering') void this.#tell(true);
  }

  /** The execution here is over: they are finished once they have all that it published. */
  executed(delivery: Delivery): void {
    delivery.afterDelivery(() => {
      if (!this.waitForEnd) this.#finish();
    });
  }

  /** The task has come to its end, and no more events come. */
  async end(delivery: Delivery): Promise<void> {
    switch (this.#state.phase) {
      case 'hearing':
        this.#state = { phase: 'delivering' };
        delivery.afterDelivery(() => {
          if (this.#state.phase === 'delivering') void this.#tell(false);
        });
        break;
      case 'waiting':
        await this.#tell(true);
        break;
      case 'telling':
        await this.#state.told;
        break;
      case 'delivering':
      case 'finished':
      default:
    }
  }

  /**
   * Nothing of the task goes on, so that no end may come for which they wait: others ended what was executed
   * here, and left the task to its user. Where it has an end, that is still to be heard.
   */
  async endWithout(error: A2ARedisError): Promise<void> {
    if (this.#state.phase !== 'waiting') return;
    try {
      const end = await storedEnd(this.#task, this.#services);
      if (end === undefined && this.#isWaiting()) this.fail(error);
    } catch (thrown) {
      // They are looked after again.
      this.#services.onError(thrown);
    }
  }

  /** Whatever becomes of the task, they do not hear of it here. */
  fail(error: unknown): void {
    if (!this.areFinished && !this.#knowEnd) this.#listeners.emit(failingEvent(error));
    this.#finish();
  }

  #isWaiting(): boolean {
    return this.#state.phase === 'waiting';
  }

  #hear({ event, eventId }: HeardEvent): void {
    if (this.areFinished) return;
    this.#knowEnd ||= toldBy(event).told === 'ended';
    // They save what they hear, and tell webhooks of it.
    const { trackingStore, webhooks } = this.#services;
    if (trackingStore !== undefined) this.#listeners.emit(event, eventId);
    else if (eventId === undefined || !webhooks.isDistributed) this.#listeners.emit(event);
    else this.#listeners.emitAsItIs(event, eventId);
  }

  /**
   * Finishes them: with the end that the store has, where the event that says so was lost, or came too early.
   *
   * @param isByOthers Whether others have ended what was executed here. Where the store has no end, that is told: no
   *   end looks like completion then.
   */
  async #tell(isByOthers: boolean): Promise<void> {
    if (this.#knowEnd) {
      this.#finish();
      return;
    }
    const told = this.#tellEnd(isByOthers);
    this.#state = { phase: 'telling', told };
    await told;
  }

  async #tellEnd(isByOthers: boolean): Promise<void> {
    try {
      const end = await storedEnd(this.#task, this.#services);
      // They may have heard it meanwhile.
      if (end !== undefined && !this.#knowEnd) this.#hear(end);
      if (end === undefined && isByOthers) this.fail(runEnded(this.#task.taskId));
      else this.#finish();
    } catch (error) {
      this.#services.onError(error);
      this.fail(error);
    }
  }

  #finish(): void {
    if (this.areFinished) return;
    this.#state = { phase: 'finished' };
    this.#listeners.emitFinished();
    this.#onFinished();
  }
}
