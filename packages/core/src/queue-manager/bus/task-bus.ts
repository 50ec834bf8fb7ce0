import type { AgentExecutionEvent } from '@a2a-js/sdk/server';

import type { A2ARedisError } from '../../shared/errors.ts';
import * as activity from './activity.ts';
import { BusFeed } from './bus-feed.ts';
import { type BusSubscriber, BusSubscribers } from './bus-subscribers.ts';
import { BusRuns } from '../execution/bus-runs.ts';
import type { BusServices } from '../execution/bus-services.ts';
import { type CancelHandler, CancelRequests } from './cancel-requests.ts';
import type { ExecutingRequest } from '../execution/event-sender.ts';
import {
  END_OF_EVENTS,
  type FeedNews,
  type TaskStanding,
  type TransportedEvent,
} from '../events/event-transport.ts';
import type { FencedBy } from '../state/task-state.ts';
import { KnownState } from './known-state.ts';
import { LateBus } from './late-bus.ts';
import { LateWork } from './late-work.ts';
import { readEvent } from '../events/identified-event.ts';
import { type OtherBus, OtherTasks } from './other-tasks.ts';
import { OwnListeners } from './own-listeners.ts';
import { replicaOf, type TaskAddress } from '../state/queue-keys.ts';
import { type Told, toldBy } from '../events/told-by-event.ts';
import type { Deliver } from '../execution/event-publisher.ts';
import type { RunNews, TaskRun } from '../execution/task-run.ts';
import { neverExecuted, runEnded } from '../events/queue-errors.ts';

/**
 * The bus of a task in this process: hands what is published here to the listeners here at once, as the SDK's own bus
 * does, and to other replicas in order; hands what other replicas publish to the listeners here.
 */
export class TaskBus extends LateBus implements OtherBus {
  readonly task: TaskAddress;
  /** The requests to cancel the task, from here and from elsewhere. */
  readonly cancels: CancelRequests;
  /** What this process executes and publishes of the task. */
  readonly runs: BusRuns;
  /** The other tasks that are executed on this bus. */
  readonly others: OtherTasks;
  readonly #services: BusServices;
  readonly #onChanged: (bus: TaskBus) => void;
  readonly #feed: BusFeed;
  readonly #subscribers = new BusSubscribers();
  readonly #own: OwnListeners;
  readonly #late: LateWork;
  readonly #known: KnownState;
  /** What this process does of the task on this bus. */
  #activity: activity.Activity = activity.IDLE;
  /** What an executor works for that has returned: the request that it was given last. */
  #request: ExecutingRequest | undefined;

  /**
   * @param onChanged The bus may not be needed any more.
   * @param earlier A run of the task on a bus before this one, whose events are not all with Redis yet.
   */
  constructor(
    task: TaskAddress,
    services: BusServices,
    onChanged: (bus: TaskBus) => void,
    earlier?: TaskRun,
  ) {
    super(services);
    this.task = task;
    this.others = new OtherTasks(task.taskId);
    this.#late = new LateWork(services.runtime, this.#rest);
    this.#services = services;
    this.#onChanged = onChanged;
    this.cancels = new CancelRequests(task, services, (run) => this.runs.has(run));
    this.#own = new OwnListeners(task, services, this.listeners, this.#changed);
    this.#known = new KnownState(task, services, () => !this.#mayGoOn);
    this.runs = new BusRuns(task, services, this.#onRunNews, earlier);
    this.#feed = new BusFeed(services.transport, task, {
      isOwn: (publisher) => this.runs.has(publisher),
      isHeard: (publisher) => !this.runs.has(publisher) || this.#subscribers.isWaitedFor,
      onNews: this.#onFeedNews,
    });
  }

  /** Whether this bus takes no more events of its own: its execution is over, or was ended by others. */
  get isOver(): boolean {
    return this.#activity.phase === 'over';
  }

  /** Whether the task is executed here: also by an executor that has returned and works on. */
  get isExecuting(): boolean {
    return activity.isWorking(this.#activity);
  }

  protected override get isLate(): boolean {
    return this.#request !== undefined && !this.isExecuting;
  }

  /** Whether several executions of the task are under way here. */
  get executesSeveral(): boolean {
    return this.#activity.phase === 'executing' && this.#activity.executions > 1;
  }

  /** Whether the task can be executed here: otherwise with a bus that is made anew. */
  get isOpen(): boolean {
    return !this.isOver && !this.#own.areFinished;
  }

  /** Whether anybody needs this bus, so that it cannot be dropped and made anew. */
  get isNeeded(): boolean {
    if (this.runs.isSending || this.#subscribers.isWaitedFor || this.cancels.isPending) return true;
    return !this.#own.areFinished && (this.#mayGoOn || this.listeners.count > 0);
  }

  /** Whether events of this process may be to come: who asked here to cancel the task listens for its end. */
  get #mayGoOn(): boolean {
    return activity.isActive(this.#activity) || this.cancels.isPending;
  }

  /** A request is not executed after all: it gets the error, and nobody else hears of it. */
  refuse(error: Error): void {
    this.#activity = activity.OVER;
    this.#own.fail(error);
  }

  /** A request is about to execute the task here: the bus stays until it did, or has left. */
  hold(): void {
    this.#activity = activity.held(this.#activity, this.#services.runtime.now());
    this.#feed.follow();
  }

  /**
   * Counts one more execution of the task in this process, and tells the other replicas.
   *
   * @param request The request that executes it.
   * @returns Its run, when they know of it, or cannot be told for now.
   */
  async begin(request: ExecutingRequest): Promise<TaskRun> {
    const { lease } = this.#services;
    // Under a name that others have ended, nothing is begun.
    if (!lease.isCertain) await lease.confirm();
    // Where the bus was ended meanwhile, a run of it would be nobody's.
    if (this.isOver) return this.runs.present;
    this.#take(activity.begun(this.#activity));
    return this.#begin(request);
  }

  beginAtOnce(request: ExecutingRequest): void {
    this.#take(activity.begun(this.#activity)).beginAtOnce(request);
  }

  /** Goes on, or begins, under a name under which the task can be executed. */
  #take(next: activity.Activity): TaskRun {
    this.#late.end();
    if (!this.isExecuting) this.runs.next();
    this.#activity = next;
    this.#feed.follow();
    return this.runs.present;
  }

  /**
   * Begins an execution once more, whose run can never begin under its name.
   *
   * @returns The run that takes its place.
   */
  async beginAnew(request: ExecutingRequest): Promise<TaskRun> {
    this.runs.next();
    return this.#begin(request);
  }

  async #begin(request: ExecutingRequest): Promise<TaskRun> {
    const { present } = this.runs;
    this.#request = request;
    present.begin(request);
    await present.register();
    return present;
  }

  /**
   * Counts one execution less. Where the bus stays open then, the task waits for its user.
   *
   * @returns Whether that is settled. Otherwise it is for the request handler to say, in this very turn.
   */
  settle(): boolean {
    this.#activity = activity.settled(this.#activity);
    if (!this.isExecuting) this.others.settle();
    if (this.isExecuting || this.#own.waitForEnd) return true;
    const { publisher } = this.runs.present;
    const { isDeferring } = publisher;
    // The request handler goes by what its listener heard, which is not all yet.
    if (isDeferring && !publisher.isInterrupted) this.finished();
    queueMicrotask(() => {
      if (!this.isOver && !this.isExecuting) void this.#pause();
    });
    return isDeferring;
  }

  /** Keeps the bus open while something ends the task: who asked for it waits for that, though nobody may execute it. */
  async whileCanceling(work: () => Promise<void>): Promise<void> {
    // Messages before this process hears any are missed: what they told is in the state by then.
    this.#following()
      .then(async () => this.check(0))
      .catch(this.#services.onError);
    try {
      await this.cancels.during(work);
    } finally {
      // Nothing may have come of it.
      this.check(0).catch(this.#services.onError);
    }
  }

  /** Says how what is executed here is canceled, at requests from here and elsewhere: once others know of it. */
  cancelWith(handler: CancelHandler, entered: Promise<unknown>): void {
    this.cancels.handleWith(handler, Promise.all([this.#following(), entered]));
  }

  protected override publishNow(event: AgentExecutionEvent): void {
    if (this.isOver) return;
    const what = toldBy(event);
    this.#workOn(what.told);
    const other = this.isExecuting ? this.others.busFor(what) : undefined;
    if (other === undefined) this.runs.present.publisher.publish(event, this.#deliver);
    else other.publishFor(event, this.#deliver);
    this.#restAfter(what.told);
  }

  publishFor(event: AgentExecutionEvent, deliver: Deliver): void {
    this.runs.present.publisher.publish(event, (published) => {
      this.#deliver(published);
      deliver(published);
    });
  }

  readonly #changed = (): void => {
    this.#onChanged(this);
  };

  readonly #deliver: Deliver = (published) => {
    this.#own.deliver(published);
  };

  endRequests(): void {
    for (const { publisher } of this.runs.all()) publisher.endRequests();
    this.others.endRequests();
  }

  /** Looks after an executor again that returned where its task waits for somebody, and publishes once more. */
  #workOn(told: Told): void {
    if (this.#request === undefined || this.isExecuting) return;
    // What it publishes while it is told to cancel, it need not go on with. What still waits needs no care.
    if (this.cancels.isPending || told === 'waiting' || told === 'nothing') return;
    const run = this.#take(activity.continued(this.#activity));
    run.beginAtOnce(this.#request);
    if (this.listeners.count === 0) run.publisher.endRequests();
    // Nobody may have needed the bus meanwhile.
    this.#onChanged(this);
  }

  /** Only the events of an executor that has returned tell where it comes to its end, or waits again. */
  #restAfter(told: Told): void {
    if (this.#activity.phase !== 'continuing') return;
    this.#late.take(told);
    if (told === 'waiting') this.#rest();
    if (told !== 'ended') return;
    // It may tell its end twice, as a task and as its status.
    queueMicrotask(() => {
      if (this.#activity.phase === 'continuing') this.finished();
    });
  }

  /** An executor that has returned leaves its task as it is: others need not look after it. */
  readonly #rest = (): void => {
    if (this.#activity.phase !== 'continuing') return;
    this.#activity = activity.rested(this.#activity);
    this.others.settle();
    void this.#pause();
  };

  protected override finishNow(): void {
    if (!this.isOver) {
      this.#activity = activity.OVER;
      this.others.settle();
      this.cancels.release();
      this.runs.present.end(this.#changed);
    }
    // Subscribers wait for the end that everybody gets: other replicas may go on with the task.
    this.#own.executed(this.runs.present.publisher);
  }

  /** This process's run of the task was ended: what is published here counts no more. */
  stop(): void {
    this.#activity = activity.OVER;
    this.others.settle();
    this.#own.endedElsewhere();
    this.cancels.cancelHere();
    this.#onChanged(this);
  }

  /** As where others end its run, by this process itself: the task had come to its end before the run was entered. */
  leave(): void {
    if (this.isOver) return;
    const { present } = this.runs;
    this.#fence('over');
    present.end(this.#changed);
  }

  /** As {@link stop}, by others: with the task, or because they took this replica to be gone. */
  #fence(by: FencedBy): void {
    if (this.isOver) {
      // What it still had to send is void: who waits for it here gets what others make of the task.
      this.#own.endedElsewhere();
      this.#onChanged(this);
    } else {
      if (by === 'fenced') this.#services.onError(runEnded(this.task.taskId));
      this.stop();
    }
    // Others may be through with it by now.
    this.check(0).catch(this.#services.onError);
  }

  /** Where the task stands when somebody joins, once nothing that is published after this call can be missed. */
  async standing(snapshot: unknown): Promise<TaskStanding> {
    return this.#known.standing(snapshot, this.#following());
  }

  /** Resolves when nothing that is published afterwards can be missed: where nothing more comes, at once. */
  async #following(): Promise<void> {
    if (this.#subscribers.isEnded) return;
    try {
      await this.#feed.follow().ready;
    } catch (error) {
      if (!this.#subscribers.isEnded) throw error;
    }
  }

  /** Adds one who hears all events from now on. */
  welcome(subscriber: BusSubscriber): void {
    this.#subscribers.add(subscriber);
    if (!this.#subscribers.isEnded) this.#feed.follow();
  }

  dismiss(subscriber: BusSubscriber): void {
    if (this.#subscribers.remove(subscriber)) this.#onChanged(this);
  }

  /**
   * Looks after what a lost message would have told.
   * @param quietMs Nothing is looked after where something was heard so recently, in milliseconds.
   */
  async check(quietMs: number): Promise<void> {
    if (this.isExecuting) await this.runs.present.register();
    else this.#letGo();
    if (this.#subscribers.isEnded) return;
    if (this.#services.runtime.now() - this.#feed.heardAt < quietMs) return;
    const state = await this.#services.states.state(this.task);
    this.#services.reconciler.present(this.task, state.runs);
    this.cancels.take(state);
    await this.#feed.check(state);
    if (this.isExecuting) this.runs.look(state);
    if (state.phase === 'open' && !this.runs.present.isLeaving) {
      // Another run went on when the one of this process was ended, and now waits for the task's user.
      await this.#own.endWithout(runEnded(this.task.taskId));
    }
    if (this.isExecuting) await this.runs.present.enterWhereLost(state);
    if (activity.isActive(this.#activity) || this.#subscribers.isEnded) return;
    // Who cancels the task here waits for an end, or for whoever was asked to be gone.
    if (!this.cancels.isPending && (await this.#known.isOver(state))) await this.#end();
    else await this.#services.reconciler.orphaned(this.task, state.runs, this.disconnect);
  }

  /** Looks for requests to cancel the task, and whether Redis has lost that it is executed here. */
  async #answer(): Promise<void> {
    if (!this.isExecuting) return this.cancels.check();
    const state = await this.#services.states.state(this.task);
    this.cancels.take(state);
    await this.runs.present.enterWhereLost(state);
  }

  /** Gives up to wait for an execution: a request that fails before it, the request handler leaves listening for ever. */
  #letGo(): void {
    if (!activity.isOverdue(this.#activity, this.#services.runtime.now())) return;
    this.#activity = activity.OVER;
    this.#own.fail(neverExecuted(this.task.taskId));
  }

  /** The connection for messages was lost, and is back. */
  resume(): void {
    this.#feed.resume().catch(this.#services.onError);
    if (this.isExecuting) this.#answer().catch(this.#services.onError);
  }

  /** The client is closed, or refused: who waits for others is told so. What is executed here goes on, and may fail by itself. */
  readonly disconnect = (error: A2ARedisError): void => {
    this.#subscribers.disconnect(error);
    this.cancels.fail(error);
    if (!activity.isActive(this.#activity)) this.#own.fail(error);
  };

  /** Stops following. Listeners are not told: the bus can be made anew. */
  close(): void {
    this.#feed.close();
  }

  /** Ends the bus with its manager. Who still listens gets the error; what is not with Redis by now is given up. */
  shutDown(error: A2ARedisError): void {
    if (this.isExecuting) this.stop();
    this.#activity = activity.OVER;
    this.runs.stop();
    this.close();
    this.#subscribers.close(error);
    this.#own.fail(error);
    void this.#end();
  }

  protected override listenerAdded(): void {
    if (!this.#own.areFinished) this.#feed.follow();
  }

  protected override listenersRemoved(): void {
    if (this.listeners.count === 0) {
      this.#activity = activity.letGo(this.#activity);
      // At the end, requests stop to listen and have what they heard before them still.
      if (!this.isOver) this.endRequests();
    }
    this.#onChanged(this);
  }

  readonly #onRunNews = (news: RunNews): void => {
    if (news.kind === 'fenced') {
      this.#fence(news.by);
      return;
    }
    if (news.kind === 'refused') this.disconnect(news.error);
    else if (news.isIdle) void this.#own.endWithout(runEnded(this.task.taskId));
    this.#onChanged(this);
  };

  readonly #onFeedNews = (news: FeedNews): void => {
    switch (news.kind) {
      case 'event':
        this.#onTransported(news.event);
        break;
      case 'missed':
      case 'stored':
        if (news.kind === 'missed') this.#services.onError(news.error);
        this.#subscribers.miss(news.error);
        break;
      case 'lost':
        this.#lose(news.error);
        break;
      case 'request':
      default:
        this.#answer().catch(this.#services.onError);
    }
  };

  #onTransported(event: TransportedEvent): void {
    const { publisher } = event.eventId;
    const isOwn = this.runs.has(publisher);
    if (event.body === END_OF_EVENTS) {
      // Where this process executes the task too, or is about to, its own end is still to come. The end of
      // an earlier bus of this process may come late, and does not end what is canceled here.
      const isEarlier = !isOwn && replicaOf(publisher) === replicaOf(this.runs.present.name);
      if (activity.isActive(this.#activity) || (this.cancels.isPending && isEarlier)) {
        // Unless its run was ended with the task.
        if (this.isExecuting && !isOwn) this.check(0).catch(this.#services.onError);
        return;
      }
      this.#activity = activity.OVER;
      void this.#end();
      return;
    }
    // Of this process's own events, nobody may wait for this.
    if (isOwn && !this.#subscribers.isWaitedFor) return;
    try {
      const identified = readEvent(this.task, event, this.#services);
      // Listeners to the execution have had its events already.
      if (!isOwn) this.#own.deliver(identified);
      this.#subscribers.deliver(identified);
    } catch (error) {
      this.#lose(error);
    }
  }

  /** Tells those who only listen that events do not come; who executes the task has its own. */
  #lose(error: unknown): void {
    this.#services.onError(error);
    this.#subscribers.lose(error);
  }

  /** Nothing more comes to anybody. */
  async #end(): Promise<void> {
    const told = this.#own.end(this.runs.present.publisher);
    this.#subscribers.end();
    this.cancels.finish();
    this.#onChanged(this);
    await told;
  }

  async #pause(): Promise<void> {
    await this.runs.pause();
    this.#onChanged(this);
  }
}
