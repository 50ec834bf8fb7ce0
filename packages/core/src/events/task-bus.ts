import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import type { A2ARedisError } from '../errors.ts';
import { BusFeed } from './bus-feed.ts';
import type { BusGuest } from './bus-guest.ts';
import { BusHistory } from './bus-history.ts';
import { BusRun } from './bus-run.ts';
import type { BusServices } from './bus-services.ts';
import { CancelRequests } from './cancel-requests.ts';
import { END_OF_EVENTS, type TransportedEvent } from './event-transport.ts';
import { failingEvent } from './failing-event.ts';
import { ListeningBus } from './listening-bus.ts';
import { type MarkedEvent, readEvent } from './marked-event.ts';
import { replicaOf, type TaskAddress } from './queue-keys.ts';
import { runEnded } from './queue-errors.ts';

/** How many of its earlier runs a bus knows as its own. */
const PAUSED_RUNS = 8;

/**
 * The bus of a task in this process: hands what is published here to the listeners here at once, as
 * the SDK's own bus does, and to other replicas in order; hands what other replicas publish to the
 * listeners here.
 */
export class TaskBus extends ListeningBus {
  readonly task: TaskAddress;
  /** The requests to cancel the task, from here and from elsewhere. */
  readonly cancels: CancelRequests;
  readonly #services: BusServices;
  readonly #feed: BusFeed;
  /** What was published before somebody joins. */
  readonly history: BusHistory;
  readonly #guests = new Set<BusGuest>();
  #isHeld = false;
  #executions = 0;
  /** Requests from here to cancel the task: who made them listens for its end. */
  #canceling = 0;
  /** Whether this bus takes no more events of its own. */
  #isOver = false;
  /** Whether nothing more comes to its listeners. */
  #isFinished = false;
  #run: BusRun;
  /** The names of the latest runs of this bus that ended with the task waiting for its user. */
  readonly #paused: string[] = [];

  constructor(task: TaskAddress, services: BusServices) {
    super(services.onError);
    this.task = task;
    this.cancels = new CancelRequests(task, services);
    this.#services = services;
    this.#run = this.#newRun();
    this.#feed = new BusFeed(services.transport, task, {
      isOwn: (publisher) => this.#isOwn(publisher),
      onEvent: (event) => {
        this.#onTransported(event);
      },
      onLoss: (error) => {
        this.#lose(error);
      },
      onRequest: () => {
        this.cancels.check().catch(services.onError);
      },
    });
    this.history = new BusHistory(task, services, {
      publisher: () => this.#run.publisher,
      mayGoOn: () => this.#mayGoOn,
      following: async () => this.#feed.follow().ready,
    });
  }

  /** The name of what this process executes and publishes of the task at present. */
  get run(): string {
    return this.#run.name;
  }

  get isExecuting(): boolean {
    return this.#executions > 0;
  }

  /** Whether events published here are not with Redis yet, or not in the task. */
  get isSending(): boolean {
    return this.#run.isSending;
  }

  /** Whether the run is over, and its events are still being stored. */
  get isLeaving(): boolean {
    return this.#run.isLeaving;
  }

  /** Whether a terminal state was published here. */
  get hasPublishedEnd(): boolean {
    return this.#run.publisher.hasPublishedEnd;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Whether anybody needs this bus, so that it cannot be dropped and made anew. */
  get isNeeded(): boolean {
    if (this.isSending) return true;
    if (this.#isFinished) return false;
    return this.#mayGoOn || this.listenerCount > 0 || this.#guests.size > 0;
  }

  /** Whether events of this process may be to come. */
  get #mayGoOn(): boolean {
    return this.#isHeld || this.isExecuting || this.#canceling > 0;
  }

  /** A request is about to execute the task here: the bus stays until it did, or has left. */
  hold(): void {
    this.#isHeld = true;
    this.#feed.follow();
  }

  /** Counts one more execution of the task in this process, and tells the other replicas. */
  begin(): void {
    this.#isHeld = false;
    this.#executions += 1;
    this.#feed.follow();
    void this.#currentRun().register();
  }

  /** Counts one execution less. Where the bus stays open then, the task waits for its user. */
  settle(): void {
    this.#executions = Math.max(0, this.#executions - 1);
    if (this.#executions > 0) return;
    // The request handler finishes the bus in this very turn, or leaves it open.
    queueMicrotask(() => {
      if (!this.#isOver && !this.isExecuting) void this.#pause();
    });
  }

  /**
   * Keeps the bus open while something ends the task: who asked for it waits for that event, though
   * nobody may execute the task.
   */
  async whileCanceling(work: () => Promise<void>): Promise<void> {
    this.#canceling += 1;
    try {
      await work();
    } finally {
      this.#canceling -= 1;
      // Nothing may have come of it.
      this.check(0).catch(this.#services.onError);
    }
  }

  publish(event: AgentExecutionEvent): void {
    if (this.#isOver) return;
    this.#currentRun().publisher.publish(event, (marked) => {
      this.#deliver(marked);
    });
  }

  finished(): void {
    this.#executions = 0;
    this.#isHeld = false;
    if (!this.#isOver) {
      this.#isOver = true;
      this.#currentRun().end(() => {
        this.#services.onChanged(this);
      });
    }
    this.#finish();
  }

  /** This process's run of the task was ended: what is published here counts no more. */
  stop(): void {
    this.#isOver = true;
    this.#isHeld = false;
    this.#executions = 0;
    this.cancels.cancelHere();
    this.#services.onChanged(this);
  }

  /** As {@link stop}, by another replica, which took this one to be gone. */
  fence(): void {
    if (this.#isOver) return;
    this.#services.onError(runEnded(this.task.taskId));
    this.stop();
  }

  /** The replica under whose name this process executed the task is taken to be gone. */
  onReplicaEnded(replica: string): void {
    if (replicaOf(this.run) === replica && this.isExecuting) this.fence();
  }

  /** Adds one who hears all events from now on. */
  welcome(guest: BusGuest): void {
    this.#guests.add(guest);
    if (!this.#isFinished) this.#feed.follow();
  }

  dismiss(guest: BusGuest): void {
    if (this.#guests.delete(guest)) this.#services.onChanged(this);
  }

  /**
   * Looks after what a lost message would have told.
   *
   * @param quietMs Nothing is looked after where something was heard so recently, in milliseconds.
   */
  async check(quietMs: number): Promise<void> {
    if (this.isExecuting) await this.#run.register();
    if (this.#isFinished || performance.now() - this.#feed.heardAt < quietMs) return;
    const state = await this.#services.runs.state(this.task);
    this.cancels.take(state.cancels);
    await this.#feed.check(state);
    if (this.#mayGoOn || this.#isFinished) return;
    if (state.phase === 'ended' || state.phase === 'none') {
      this.#finish();
    } else if (await this.#services.lease.areGone(state.runs.map(replicaOf))) {
      if (state.runs.length > 0) this.#services.onOrphaned(this, state.runs);
    }
  }

  /** The connection for messages was lost, and is back. */
  resume(): void {
    this.#feed.resume().catch(this.#services.onError);
  }

  /** Resolves when all that was published here is with Redis, or was given up. */
  async drained(): Promise<void> {
    await this.#run.drained();
  }

  /** Stops following. Listeners are not told: the bus can be made anew. */
  close(): void {
    this.#feed.close();
  }

  /**
   * Ends the bus with its manager. Whoever still listens gets the error: the task may go on elsewhere.
   * What is not with Redis by now is given up.
   */
  shutDown(error: A2ARedisError): void {
    if (this.isExecuting) this.stop();
    this.#isOver = true;
    this.#run.stop();
    this.close();
    for (const guest of this.#guests) guest.onClosed(error);
    if (this.#isFinished) return;
    this.emit(failingEvent(error));
    this.#finish();
  }

  protected override listenerAdded(): void {
    if (!this.#isFinished) this.#feed.follow();
  }

  protected override listenersRemoved(): void {
    if (this.listenerCount === 0) this.#isHeld = false;
    this.#services.onChanged(this);
  }

  #onTransported(event: TransportedEvent): void {
    // Listeners here had this process's own events when they were published.
    if (this.#isOwn(event.mark.publisher)) return;
    if (event.body === END_OF_EVENTS) {
      // Where this process executes the task too, or is about to, its own end is still to come. The end of
      // an earlier bus of this process may come late, and does not end what is canceled here.
      const isEarlier = replicaOf(event.mark.publisher) === replicaOf(this.run);
      if (this.isExecuting || this.#isHeld || (this.#canceling > 0 && isEarlier)) return;
      this.#isOver = true;
      this.#finish();
      return;
    }
    try {
      this.#deliver(readEvent(this.task, event, this.#services));
    } catch (error) {
      this.#lose(error);
    }
  }

  /** Tells those who only listen that events do not come; who executes the task has its own. */
  #lose(error: unknown): void {
    this.#services.onError(error);
    for (const guest of this.#guests) guest.onLoss(error);
  }

  #deliver(marked: MarkedEvent): void {
    if (this.#isFinished) return;
    this.emit(marked.event);
    for (const guest of this.#guests) guest.onEvent(marked);
  }

  #finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.emitFinished();
    for (const guest of this.#guests) guest.onFinished();
    this.cancels.finish();
    this.#services.onChanged(this);
  }

  async #pause(): Promise<void> {
    const run = this.#run;
    await run.drained();
    if (this.isExecuting || this.#isOver) return;
    await run.pause();
    this.#services.onChanged(this);
  }

  /** The run under which something is published now: another one, once the task waited for its user. */
  #currentRun(): BusRun {
    if (this.#run.isPaused) {
      this.#paused.push(this.#run.name);
      // Their last events may still be on their way to here.
      if (this.#paused.length > PAUSED_RUNS) this.#paused.shift();
      this.#run = this.#newRun();
    }
    return this.#run;
  }

  #newRun(): BusRun {
    return new BusRun(this.task, this.#services, () => {
      this.fence();
    });
  }

  #isOwn(publisher: string): boolean {
    return publisher === this.run || this.#paused.includes(publisher);
  }
}
