import type { Task } from '@a2a-js/sdk';
import { AgentEvent, ResultManager, type ServerCallContext } from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { contextOfScope } from '../../shared/scope.ts';
import { AppliedEvents } from '../../event-ids/applied-events.ts';
import { type EventId, type IdentifiedEvent, withEventId } from '../../event-ids/event-id.ts';
import type { EventWrite, EventWritingStore } from '../../event-ids/event-writing-store.ts';
import { isInterrupted, isTerminal } from '../../shared/state-kinds.ts';
import type { FinisherServices } from '../execution/bus-services.ts';
import { eachAtOnce } from '../../shared/each-at-once.ts';
import {
  type EndReason,
  isEnd,
  statusOf,
  statusOfEnd,
  waitsForUser,
} from '../events/end-status.ts';
import { decodeEvent, encodeEvent } from '../events/event-codec.ts';
import type { EndedRun } from '../execution/own-runs.ts';
import { LeftWebhooks } from './left-webhooks.ts';
import { endEvent, endOf, isTold } from './run-ends.ts';
import { whileNoted } from './while-noted.ts';
import { sendAlone } from '../execution/event-sender.ts';
import { untilRecorded } from '../execution/recorded-task.ts';
import { untilDone } from '../execution/until-done.ts';
import { END_OF_EVENTS } from '../events/event-transport.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import { isBehind } from '../state/task-state.ts';
import { unreadableEvent } from '../events/identified-event.ts';
import { isDamage, isRemovedDamage, isUnstorable } from '../events/queue-errors.ts';

/** How many runs of a replica are ended at once. */
const RUNS_AT_ONCE = 16;
/** How much damage of one task is removed, one after the other. */
const MOST_DAMAGES = 8;

/**
 * Ends the tasks of replicas that are gone: what they published and did not store is stored, then a
 * terminal state, and everybody who waits is told.
 *
 * Any number of replicas may do so at once, and any of them may stop half-way: every step is safe to
 * repeat, and the end of a run has one name, so that the first one counts.
 */
export class TaskFinisher {
  readonly #services: FinisherServices;
  readonly #replicas = new Set<string>();
  readonly #webhooks: LeftWebhooks;

  constructor(services: FinisherServices) {
    this.#services = services;
    this.#webhooks = new LeftWebhooks(services);
  }

  /** Ends all runs of a replica that is gone. */
  async endReplica(replica: string): Promise<void> {
    if (this.#replicas.has(replica)) return;
    this.#replicas.add(replica);
    try {
      const { states, lease } = this.#services;
      // It may have renewed its lease since that was read.
      if (!(await lease.condemn(replica))) return;
      // What it notes late, nobody would find any more.
      await states.seal(replica);
      if (await this.#endNoted(replica)) await lease.remove(replica);
    } finally {
      this.#replicas.delete(replica);
    }
  }

  /**
   * Ends what is noted of a replica. What cannot be ended does not keep the others from it; it is tried again with
   * the next look.
   *
   * @returns Whether nothing is noted any more.
   */
  async #endNoted(replica: string): Promise<boolean> {
    const { states, onError } = this.#services;
    // Each once: what stays noted after it was looked at does for now, whatever the reason.
    const looked = new Set<string>();
    for (;;) {
      let isEmpty = true;
      const before = looked.size;
      for await (const some of states.pages(replica)) {
        isEmpty = false;
        const next = [...some].filter(([run]) => !looked.has(run));
        for (const [run] of next) looked.add(run);
        await eachAtOnce(next, RUNS_AT_ONCE, async ([run, noted]) => {
          try {
            if (noted === undefined) onError(await states.forgetDamaged(replica, run));
            else await this.endRuns(noted.task, [run], 'gone', noted.contextId);
          } catch (error) {
            onError(error);
          }
        });
      }
      if (looked.size === before) return isEmpty;
    }
  }

  /**
   * Ends runs of a task; the task, where no other run of it goes on.
   *
   * @param contextId The context of the task, where it is known.
   * @returns Whether no other run goes on.
   */
  async endRuns(
    task: TaskAddress,
    ended: readonly string[],
    reason: EndReason,
    contextId = '',
  ): Promise<boolean> {
    return this.#endRuns(task, ended, reason, contextId);
  }

  /**
   * Settles a run of this process that is over, though Redis takes it to go on, or has less of it than it had
   * accepted: a failover took that back. Everybody may have been told how it ended, so its task gets that
   * very end once more, where it is remembered.
   */
  async endStray(task: TaskAddress, run: string, contextId = ''): Promise<void> {
    const told = this.#services.ownRuns.ended(run);
    await this.#endRuns(task, [run], told ?? 'unstored', told?.contextId ?? contextId);
  }

  /**
   * Whether the record of a task lacks the end that everybody was told. One that is not there need not: it may
   * have been deleted. One script writes record and state, so that a failover took the end from both: where the
   * state says all the same that no run goes on, the run has told its end since.
   */
  async lacksEnd({ task, status }: EndedRun): Promise<boolean> {
    if (!isTerminal(status)) return false;
    const stored = await this.#load(task, contextOfScope(task.scope));
    return stored !== undefined && !isTerminal(stored.status);
  }

  async #endRuns(
    task: TaskAddress,
    ended: readonly string[],
    reason: EndReason | EndedRun,
    contextId: string,
  ): Promise<boolean> {
    const { states, eventStore } = this.#services;
    let last: string | undefined;
    let isUnknown = false;
    for (const run of ended) {
      const was = await states.fence(task, run);
      if (was === 'active' || was === 'fenced') last = run;
      isUnknown ||= was === 'unknown';
    }
    const state = await states.state(task);
    // Before the end that the task may be given.
    await this.tellLeft(task, ended);
    // Where nothing is known of a task that is stored, that was lost, or has expired.
    const isLost = isUnknown && (await this.#load(task, contextOfScope(task.scope))) !== undefined;
    if (eventStore !== undefined) {
      // A run that came to its own end, or never began, left the task as it is to be.
      const publisher = endOf(last ?? ended.at(-1) ?? '');
      const isTakenBack =
        isTold(reason) && (state.phase !== 'ended' || (await this.lacksEnd(reason)));
      // Subscribers that miss what was taken back are to notice: a jump of the counter tells them.
      const hasLess = isTold(reason) && ended.some((run) => isBehind(state, run, reason.counter));
      const eventId = { publisher, counter: hasLess ? 2 : 1 };
      const isIdle =
        last === undefined && !isLost && !isTakenBack
          ? state.phase !== 'running'
          : await this.#finish(eventStore, task, eventId, reason, contextId);
      // Webhooks were told of what is given once more.
      if (!isTold(reason)) await this.tellLeft(task, ended.map(endOf));
      for (const run of ended) await states.forget(run);
      return isIdle;
    }
    const { phase, counters } = state;
    const context = contextOfScope(task.scope);
    const leftBehind = async (): Promise<readonly IdentifiedEvent[]> =>
      this.#leftBehind(task, context, counters);
    let terminal: IdentifiedEvent | undefined;
    if (isLost && !isTold(reason)) last ??= ended.at(-1);
    if (last === undefined) {
      terminal = await this.#storeLeft(task, ended, await leftBehind());
    } else if (phase !== 'running') {
      terminal = await this.#end(
        task,
        last,
        isTold(reason) ? 'unstored' : reason,
        await leftBehind(),
      );
    }
    await this.tellLeft(task, ended.map(endOf));
    for (const run of ended) {
      // Of several replicas that end a run, one finds the note still there.
      const isFirst = await states.forget(run);
      if (isFirst && terminal !== undefined) this.#notify(task, terminal);
    }
    return phase !== 'running';
  }

  /**
   * Tells webhooks of what runs published and did not come to tell of. Their notes stay until that is done, so that
   * another replica does where this one is gone, too.
   */
  async tellLeft(task: TaskAddress, runs: readonly string[]): Promise<void> {
    await this.#webhooks.tell(task, runs);
  }

  /**
   * Ends a task that nobody executes.
   *
   * @returns Whether nobody does.
   */
  async endIdle(task: TaskAddress, reason: EndReason): Promise<boolean> {
    const { eventStore, nextRun, webhooks } = this.#services;
    if (eventStore === undefined) return this.#endIdleAlone(task, nextRun(), reason);
    const run = nextRun();
    const eventId = { publisher: endOf(run), counter: 1 };
    const finish = async (): Promise<boolean> =>
      this.#finish(eventStore, task, eventId, reason, '');
    if (!webhooks.isDurable) return finish();
    return whileNoted(this.#services, task, run, '', async () => {
      const isIdle = await finish();
      await this.tellLeft(task, [endOf(run)]);
      return isIdle;
    });
  }

  /**
   * As {@link endIdle}, where requests store what they hear. The task's state decides which end is the first,
   * as its record may be behind: so the end is sent first, and stored then. Until it is, a note names it.
   */
  async #endIdleAlone(task: TaskAddress, run: string, reason: EndReason): Promise<boolean> {
    const { taskId } = task;
    const { runtime } = this.#services;
    const context = contextOfScope(task.scope);
    await untilRecorded(task, this.#services);
    const stored = await this.#load(task, context);
    if (stored === undefined || isTerminal(stored.status)) {
      return this.#endEvents(task, { publisher: endOf(run), counter: 1 }, 'ei');
    }
    const { contextId } = stored;
    const status = statusOfEnd(reason, taskId, contextId, endOf(run), runtime.wallClock());
    const end = endEvent(task, contextId, status, run);
    return whileNoted(this.#services, task, run, contextId, async () => {
      const bodies = [encodeEvent(end.event)];
      const batch = { publisher: run, firstCounter: 1, bodies, mode: 'ei' as const };
      const outcome = await sendAlone(this.#services, task, batch);
      if (outcome === 'accepted') {
        await this.#saveSent(context, end);
        this.#notify(task, end);
        await this.tellLeft(task, [run]);
      }
      return outcome !== 'busy';
    });
  }

  /**
   * Brings a task to its end, whose record and log are written in one step: unless another run goes on, it
   * has come to an end already, or it waits for its user.
   *
   * @returns Whether no run goes on.
   */
  async #finish(
    store: EventWritingStore,
    task: TaskAddress,
    eventId: EventId,
    reason: EndReason | EndedRun,
    notedContextId: string,
  ): Promise<boolean> {
    const { taskId } = task;
    const { publisher, counter } = eventId;
    const { route, transport, runtime } = this.#services;
    const context = contextOfScope(task.scope);
    const stored = await this.#load(task, context);
    if (!isTold(reason) && reason !== 'canceled' && waitsForUser(stored?.status)) return true;
    const contextId = stored?.contextId ?? notedContextId;
    const endedAt = runtime.wallClock();
    const status = isTold(reason)
      ? reason.status
      : statusOfEnd(reason, taskId, contextId, publisher, endedAt);
    // A run can end and leave its task open: its user is asked, or nobody ends it, as the SDK has it.
    const isFinal = isTerminal(status);
    if (!isFinal && !isInterrupted(status)) return this.#endEvents(task, eventId, 'i');
    // Its user is asked already, maybe by another run since.
    if (!isFinal && (isInterrupted(stored?.status) || isTerminal(stored?.status))) {
      return (await this.#services.states.state(task)).phase !== 'running';
    }
    const event =
      stored === undefined
        ? AgentEvent.task({
            id: taskId,
            contextId,
            status,
            history: [],
            artifacts: [],
            metadata: {},
          })
        : AgentEvent.statusUpdate({ taskId, contextId, status, metadata: {} });
    const batch = { publisher, firstCounter: counter };
    if (!isTerminal(stored?.status) && contextId !== '') {
      const publish = await route.find();
      const write: EventWrite = {
        events: [{ eventId, event }],
        userMessages: [],
        known: [],
        knownMessages: new Set(),
        onStored: (taskAfter) => {
          // Webhooks were told of what is given once more.
          if (isTold(reason)) return;
          this.#notify(task, { eventId, event }, () => taskAfter(counter));
        },
        companion: () =>
          transport.sending(
            task,
            { ...batch, bodies: [encodeEvent(event)], mode: isFinal ? 'ei' : 'i' },
            publish,
          ),
      };
      const written = await this.#unlessDamaged(async () =>
        store.writeEvents(taskId, context, write),
      );
      if (written?.outcome === 'written') return true;
      if (written?.outcome === 'refused') return written.reason !== 'busy';
    }
    if (!isFinal) return true;
    // The record has an end already, or cannot have one: who waits is to be told.
    return this.#endEvents(task, eventId, 'ei');
  }

  /**
   * Says that no more events come, unless another run goes on.
   *
   * @returns Whether none does.
   */
  async #endEvents(
    task: TaskAddress,
    { publisher, counter }: EventId,
    mode: 'i' | 'ei',
  ): Promise<boolean> {
    const end = { publisher, firstCounter: counter, bodies: [END_OF_EVENTS], mode };
    return (await sendAlone(this.#services, task, end)) !== 'busy';
  }

  /**
   * Stores what runs published that came to their own end.
   *
   * @returns The event that ended the task, where it was not stored.
   */
  async #storeLeft(
    task: TaskAddress,
    ended: readonly string[],
    left: readonly IdentifiedEvent[],
  ): Promise<IdentifiedEvent | undefined> {
    const context = contextOfScope(task.scope);
    const stored = await this.#load(task, context);
    // What comes after the end is not stored.
    if (isTerminal(stored?.status)) return undefined;
    const theirs = left.filter(({ eventId }) => ended.includes(eventId.publisher));
    await this.#save(context, theirs);
    return theirs.find(({ event }) => isEnd(event));
  }

  /** @returns The event that ended the task, where it was this end, or was not stored. */
  async #end(
    task: TaskAddress,
    run: string,
    reason: EndReason,
    left: readonly IdentifiedEvent[],
  ): Promise<IdentifiedEvent | undefined> {
    const { taskId } = task;
    const context = contextOfScope(task.scope);
    const stored = await this.#load(task, context);
    const last = left.findLast(({ event }) => statusOf(event) !== undefined);
    const status = last === undefined ? stored?.status : statusOf(last.event);
    const contextId = stored?.contextId ?? left.map(({ event }) => event.data.contextId)[0];
    const isOpen = reason !== 'canceled' && waitsForUser(status);
    const publisher = endOf(run);
    let end: IdentifiedEvent | undefined;
    // Another replica may have stored this very end, and not have told of it yet.
    const isStored = stored?.status?.message?.messageId === publisher;
    if (contextId !== undefined && !isOpen && (isStored || !isTerminal(status))) {
      const endedAt = this.#services.runtime.wallClock();
      const ended = isStored
        ? stored.status
        : statusOfEnd(reason, taskId, contextId, publisher, endedAt);
      end = endEvent(task, contextId, ended, publisher);
    }
    await this.#save(context, [...left, ...(end === undefined ? [] : [end])]);
    if (end !== undefined && contextId !== undefined && !isStored) {
      // Another replica may have ended the task in another way, and before: that is the end.
      const kept = (await this.#load(task, context))?.status;
      if (isTerminal(kept)) end = endEvent(task, contextId, kept, publisher);
    }
    // Who waits for its user can go on with the task on any replica: nothing ends.
    const bodies = [
      ...(end === undefined ? [] : [encodeEvent(end.event)]),
      ...(isOpen ? [] : [END_OF_EVENTS]),
    ];
    if (bodies.length > 0) {
      const batch = { publisher, firstCounter: 1, bodies };
      await sendAlone(this.#services, task, batch);
    }
    return end ?? left.find(({ event }) => isEnd(event));
  }

  async #load(task: TaskAddress, context: ServerCallContext): Promise<Task | undefined> {
    return this.#unlessDamaged(async () => this.#services.store?.load(task.taskId, context));
  }

  /** What the work comes to; `undefined`, and reported, where the task's record is damaged, or cannot hold it. */
  async #unlessDamaged<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        // Neither will ever be another one: those who wait for the task get their end all the same.
        if (!isDamage(error) && !isUnstorable(error)) throw error;
        this.#services.onError(error);
        // Of the state or the log: that is found once, and there is only so much.
        if (!isRemovedDamage(error) || attempt >= MOST_DAMAGES) return undefined;
      }
    }
  }

  /** What was published and never stored: the replica was gone too soon. */
  async #leftBehind(
    task: TaskAddress,
    context: ServerCallContext,
    counters: ReadonlyMap<string, number>,
  ): Promise<readonly IdentifiedEvent[]> {
    const { trackingStore, transport, onError } = this.#services;
    if (trackingStore === undefined) return [];
    const applied = await this.#unlessDamaged(async () =>
      trackingStore.appliedEvents(task.taskId, context),
    );
    const stored = await transport.stored(task, applied ?? AppliedEvents.NONE, counters);
    if (stored === undefined) {
      const message = `Some of what a lost replica published for task ${JSON.stringify(task.taskId)} was trimmed before it was stored.`;
      onError(new A2ARedisError('EVENTS_LOST', message));
    }
    const left: IdentifiedEvent[] = [];
    for (const each of stored ?? []) {
      const event = decodeEvent(each.body);
      if (event === undefined) onError(unreadableEvent(task, each, this.#services));
      else if (event.kind !== 'message') left.push({ eventId: each.eventId, event });
    }
    const end = left.findIndex(({ event }) => isEnd(event));
    return end === -1 ? left : left.slice(0, end + 1);
  }

  /** Stores an end that others have already: again, where the store cannot take it at once. */
  async #saveSent(context: ServerCallContext, end: IdentifiedEvent): Promise<void> {
    const { runtime, limits, onError } = this.#services;
    await untilDone(async () => this.#save(context, [end]), {
      runtime,
      tryMs: limits.publishDeadlineMs,
      // The store is anybody's: what its errors mean is not known.
      isPassing: () => true,
      onError,
    });
  }

  /** Stores events as the request handler does. */
  async #save(context: ServerCallContext, events: readonly IdentifiedEvent[]): Promise<void> {
    const { store, trackingStore, onError } = this.#services;
    if (store === undefined) return;
    let results = new ResultManager(store, context);
    await this.#unlessDamaged(async () => {
      for (const { eventId, event } of events) {
        try {
          await results.processEvent(
            trackingStore === undefined ? event : withEventId(event, eventId),
          );
        } catch (error) {
          if (!isUnstorable(error)) throw error;
          onError(error);
          // What it holds of the task has the event in it, which no record can: the others are stored without.
          results = new ResultManager(store, context);
        }
      }
    });
  }

  #notify(
    { taskId, scope }: TaskAddress,
    end: IdentifiedEvent,
    taskAfter?: () => Task | undefined,
  ): void {
    const { kind } = end.event;
    if (kind === 'message' || kind === 'artifactUpdate') return;
    const context = contextOfScope(scope);
    this.#services.webhooks.tellEnd({
      ...end,
      taskId,
      context,
      taskAfter: taskAfter ?? (async () => this.#services.store?.load(taskId, context)),
    });
  }
}
