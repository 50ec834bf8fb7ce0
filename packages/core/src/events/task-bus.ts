import { setTimeout as sleep } from 'node:timers/promises';

import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../errors.ts';
import type { AppliedEvents } from '../marks/applied-events.ts';
import { type EventMark, markEvent } from '../marks/event-mark.ts';
import { isTerminal } from '../tasks/task-state.ts';
import type { BusServices } from './bus-services.ts';
import { CancelRequests } from './cancel-requests.ts';
import { statusOf } from './end-status.ts';
import { decodeEvent, encodeEvent } from './event-codec.ts';
import { END_OF_EVENTS, type TaskFeed, type TransportedEvent } from './event-transport.ts';
import { ListeningBus } from './listening-bus.ts';
import { Outbox } from './outbox.ts';
import { replicaOf, type TaskAddress } from './queue-keys.ts';

/** How long a run that seems not to be there is given to appear, in milliseconds. */
const SECOND_LOOK_MS = 200;

/** An event and which one it is. */
export interface MarkedEvent {
  readonly mark: EventMark;
  readonly event: AgentExecutionEvent;
}

/** Who hears the events of a bus beside its own listeners. */
export interface BusGuest {
  readonly onEvent: (event: MarkedEvent) => void;
  readonly onLoss: (error: A2ARedisError) => void;
  readonly onFinished: () => void;
}

/** What was published and is not in the stored task. */
export interface Backlog {
  readonly events: readonly MarkedEvent[];
  /** Whether no events come after these. */
  readonly isEnded: boolean;
}

/** Where a task stood when it was known that nothing more can be missed. */
export interface TaskStanding {
  /** Whether no more events come. */
  readonly isEnded: boolean;
  /** How many events of each publisher there were. */
  readonly counters: ReadonlyMap<string, number>;
}

/**
 * The bus of a task in this process: hands what is published here to the listeners here at once, as
 * the SDK's own bus does, and to other replicas in order; hands what other replicas publish to the
 * listeners here.
 */
export class TaskBus extends ListeningBus {
  readonly task: TaskAddress;
  /** The name of what this process executes and publishes of the task. */
  readonly run: string;
  /** The requests to cancel the task, from here and from elsewhere. */
  readonly cancels: CancelRequests;
  readonly #services: BusServices;
  readonly #outbox: Outbox;
  readonly #guests = new Set<BusGuest>();
  #feed: TaskFeed | undefined;
  #counter = 0;
  #isHeld = false;
  #executions = 0;
  /** Requests from here to cancel the task: who made them listens for its end. */
  #canceling = 0;
  #registered: Promise<void> | undefined;
  /** Events that listeners here get when others can. */
  #deferred = 0;
  /** Whether this bus takes no more events of its own. */
  #isOver = false;
  /** Whether nothing more comes to its listeners. */
  #isFinished = false;
  #hasPublishedEnd = false;

  constructor(task: TaskAddress, services: BusServices) {
    super(services.onError);
    this.task = task;
    this.run = services.nextRun();
    this.cancels = new CancelRequests(task, services);
    this.#services = services;
    this.#outbox = new Outbox(services.transport, task, this.run, services.limits, {
      onError: services.onError,
      beforeEnd: async () => this.#registered,
      onFenced: () => {
        this.fence();
      },
    });
  }

  get isExecuting(): boolean {
    return this.#executions > 0;
  }

  /** Whether events published here are not with Redis yet. */
  get isSending(): boolean {
    return this.#outbox.waiting.length > 0;
  }

  /** Whether a terminal state was published here. */
  get hasPublishedEnd(): boolean {
    return this.#hasPublishedEnd;
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
    this.#follow();
  }

  /** Counts one more execution of the task in this process, and tells the other replicas. */
  begin(): void {
    this.#isHeld = false;
    this.#executions += 1;
    this.#follow();
    this.#registered ??= this.#register();
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
    const { lease, marks, onError } = this.#services;
    let body: string;
    try {
      body = encodeEvent(event);
    } catch (cause) {
      const message = `An event of task ${JSON.stringify(this.task.taskId)} cannot be written as JSON: only listeners in this process get it.`;
      onError(new A2ARedisError('INVALID_ARGUMENT', message, { cause }));
      this.emit(event);
      return;
    }
    this.#hasPublishedEnd ||= isTerminal(statusOf(event));
    this.#counter += 1;
    const mark = { publisher: this.run, counter: this.#counter };
    const marked = { mark, event: marks === undefined ? event : markEvent(event, mark) };
    if (lease.isCertain && this.#deferred === 0) {
      this.#outbox.push(mark.counter, body);
      this.#deliver(marked);
    } else {
      // This process was silent for so long that others may have ended the task: they decide.
      this.#deferred += 1;
      this.#outbox.push(mark.counter, body, () => {
        this.#deferred -= 1;
        this.#deliver(marked);
      });
    }
  }

  finished(): void {
    this.#executions = 0;
    this.#isHeld = false;
    if (!this.#isOver) {
      this.#isOver = true;
      this.#counter += 1;
      this.#outbox.push(this.#counter, END_OF_EVENTS, () => void this.#forgetRun());
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
    const message = `Another replica ended task ${JSON.stringify(this.task.taskId)}, because this process gave no sign of life. What it still publishes is dropped.`;
    this.#services.onError(new A2ARedisError('RUN_ENDED', message));
    this.stop();
  }

  /** The replica under whose name this process executed the task is taken to be gone. */
  onReplicaEnded(replica: string): void {
    if (replicaOf(this.run) === replica && this.isExecuting) this.fence();
  }

  /** Adds one who hears all events from now on. */
  welcome(guest: BusGuest): void {
    this.#guests.add(guest);
    if (!this.#isFinished) this.#follow();
  }

  dismiss(guest: BusGuest): void {
    if (this.#guests.delete(guest)) this.#services.onChanged(this);
  }

  /**
   * What was published and a stored task does not hold. Together with what a guest heard since it was
   * welcomed, which must be before this call, it is complete.
   *
   * @throws {A2ARedisError} `EVENTS_LOST` where some of it is no longer stored.
   */
  async backlog(applied: AppliedEvents | undefined): Promise<Backlog> {
    const waiting = this.#outbox.waiting.map(({ counter, body }) => ({
      mark: { publisher: this.run, counter },
      body,
    }));
    await this.#follow().ready;
    // In this order: once the task has ended, all of its events are stored.
    const isEnded = await this.#hasEnded();
    const stored =
      applied === undefined ? [] : await this.#services.transport.stored(this.task, applied);
    if (stored === undefined) throw this.#lost();
    const events: MarkedEvent[] = [];
    for (const each of [...stored, ...(applied === undefined ? [] : waiting)]) {
      if (each.body === END_OF_EVENTS) continue;
      const marked = this.#read(each);
      if (marked !== undefined) events.push(marked);
    }
    return { events, isEnded };
  }

  /** Where the task stands, once nothing that is published after this call can be missed. */
  async standing(): Promise<TaskStanding> {
    const own = this.#counter;
    await this.#follow().ready;
    const isEnded = await this.#hasEnded();
    const { counters } = await this.#services.runs.state(this.task);
    const isFirst = own === 0 && !counters.has(this.run);
    return { isEnded, counters: isFirst ? counters : new Map([...counters, [this.run, own]]) };
  }

  /**
   * Looks after what a lost message would have told.
   *
   * @param quietMs Nothing is looked after where something was heard so recently, in milliseconds.
   */
  async check(quietMs: number): Promise<void> {
    if (this.isExecuting) {
      this.#registered ??= this.#register();
      await this.#registered;
    }
    const heardAt = this.#feed?.heardAt ?? 0;
    if (this.#isFinished || performance.now() - heardAt < quietMs) return;
    const state = await this.#services.runs.state(this.task);
    this.cancels.take(state.cancels);
    await this.#feed?.check(state);
    if (this.#mayGoOn || this.#isFinished) return;
    if (state.phase === 'ended' || state.phase === 'none') {
      this.#finish();
    } else if (await this.#services.lease.areGone(state.runs.map(replicaOf))) {
      if (state.runs.length > 0) this.#services.onOrphaned(this, state.runs);
    }
  }

  /** Resolves when all that was published here is with Redis, or was given up. */
  async drained(): Promise<void> {
    await this.#registered;
    await this.#outbox.drained();
  }

  /** Stops following. Listeners are not told: the bus can be made anew. */
  close(): void {
    this.#feed?.close();
    this.#feed = undefined;
  }

  protected override listenerAdded(): void {
    if (!this.#isFinished) this.#follow();
  }

  protected override listenersRemoved(): void {
    if (this.listenerCount === 0) this.#isHeld = false;
    this.#services.onChanged(this);
  }

  #follow(): TaskFeed {
    this.#feed ??= this.#services.transport.follow(this.task, {
      run: this.run,
      onEvent: (event) => {
        this.#onTransported(event);
      },
      onLoss: (error) => {
        this.#services.onError(error);
        for (const guest of this.#guests) guest.onLoss(error);
      },
      onRequest: () => {
        this.cancels.check().catch(this.#services.onError);
      },
    });
    return this.#feed;
  }

  #onTransported(event: TransportedEvent): void {
    // Listeners here had this process's own events when they were published.
    if (event.mark.publisher === this.run) return;
    if (event.body === END_OF_EVENTS) {
      // Where this process executes the task too, its own end is still to come.
      if (this.isExecuting) return;
      this.#isOver = true;
      this.#finish();
      return;
    }
    const marked = this.#read(event);
    if (marked !== undefined) this.#deliver(marked);
  }

  #read({ mark, body }: TransportedEvent): MarkedEvent | undefined {
    const event = decodeEvent(body);
    if (event === undefined) {
      const message = `An event of task ${JSON.stringify(this.task.taskId)} in ${this.task.log} cannot be read.`;
      this.#services.onError(new A2ARedisError('CORRUPT_RECORD', message));
      return undefined;
    }
    return { mark, event: this.#services.marks === undefined ? event : markEvent(event, mark) };
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

  async #hasEnded(): Promise<boolean> {
    if (this.#mayGoOn) return false;
    let { phase } = await this.#services.runs.state(this.task);
    if (phase === 'none') {
      // Its first event may have come here ahead of the note that it runs.
      await sleep(SECOND_LOOK_MS, undefined, { ref: false });
      ({ phase } = await this.#services.runs.state(this.task));
    }
    return !this.#mayGoOn && (phase === 'ended' || phase === 'none');
  }

  async #register(): Promise<void> {
    const { lease, runs, onError } = this.#services;
    try {
      await lease.start();
      const mayRun = await runs.begin(this.task, this.run);
      if (!mayRun) this.fence();
    } catch (error) {
      this.#registered = undefined;
      onError(error);
    }
  }

  async #pause(): Promise<void> {
    try {
      await this.drained();
      if (this.isExecuting || this.#isOver) return;
      this.#registered = undefined;
      await this.#services.runs.pause(this.task, this.run);
    } catch (error) {
      this.#services.onError(error);
    }
    this.#services.onChanged(this);
  }

  async #forgetRun(): Promise<void> {
    try {
      await this.#services.runs.forget(this.run);
    } catch (error) {
      this.#services.onError(error);
    }
    this.#services.onChanged(this);
  }

  #lost(): A2ARedisError {
    return new A2ARedisError(
      'EVENTS_LOST',
      `Events of task ${JSON.stringify(this.task.taskId)} that its snapshot lacks are no longer stored. Subscribe again for a fresh one.`,
    );
  }
}
