import type { EventId } from '@a2a-redis/core/queue-manager';
import {
  arrayReply,
  detailedError,
  runCommand,
  type ScriptRunner,
  textReply,
  textsReply,
} from '@a2a-redis/core/shared';

import { type DeliveryKeys, letterOf, placeOf, type TaskPlace } from './delivery-keys.ts';
import { decodeEvent, type EventBody, type QueuedEvent } from './queued-event.ts';
import type { ClaimedTask, Schedule } from './schedule.ts';
import {
  enqueueEvent,
  finishDelivery,
  giveUpChunks,
  noteLetter,
  takeDeliveries,
} from './scripts.ts';

/** Which event is told. */
export interface ToldEvent extends EventId {
  /** When a log took it, in milliseconds since the epoch, where it is told later. */
  readonly acceptedAt?: number | undefined;
}

/** Which configs an event is for. */
export type ConfigsOfTask =
  /** These. */
  | { readonly ids: readonly string[] }
  /** The fields of a hash in the slot of the task, behind a prefix. */
  | { readonly key: string; readonly fieldPrefix: string };

/** One event for one config, which this process has for as long as its lease lasts. */
export interface Delivery {
  readonly task: TaskPlace;
  readonly configId: string;
  readonly token: string;
  readonly number: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** How many attempts of the lane failed in a row before. */
  readonly failures: number;
  /** For how long the event has been queued, in milliseconds, on the clock of the server. */
  readonly ageMs: number;
  /** `undefined` where what was kept is no event. */
  readonly event: QueuedEvent | undefined;
}

/** What was taken of a task. */
export interface Taken {
  readonly deliveries: readonly Delivery[];
  /** In how many milliseconds the task has something due next; `undefined` for never. */
  readonly nextInMs: number | undefined;
}

/** A delivery whose outcome is known. */
export interface Finished {
  /** The next one of the lane, where it was handed out. */
  readonly next: Delivery | undefined;
  /** As of {@link Taken}. */
  readonly nextInMs: number | undefined;
}

/** What became of an attempt. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered' | 'release' | 'unregistered' }
  | { readonly kind: 'defer'; readonly inMs: number }
  | { readonly kind: 'retry'; readonly inMs: number; readonly reason: string }
  | {
      readonly kind: 'dead';
      readonly inMs: number;
      readonly reason: string;
      readonly status?: number | undefined;
      /** The `webhook-id`. */
      readonly id: string;
    };

/** How deliveries are kept. */
export interface QueueLimits {
  readonly leaseMs: number;
  readonly retentionSeconds: number;
  readonly endedConfigSeconds: number | undefined;
  readonly maxBacklog: number;
  readonly maxDeadLetters: number;
  readonly deadLetterSeconds: number;
}

/** What Redis holds of deliveries: each call is one script, or two on a cluster, and safe to repeat. */
export class DeliveryQueue {
  readonly #runner: ScriptRunner;
  readonly #schedule: Schedule;
  readonly #keys: DeliveryKeys;
  readonly #limits: QueueLimits;

  constructor(runner: ScriptRunner, schedule: Schedule, keys: DeliveryKeys, limits: QueueLimits) {
    this.#runner = runner;
    this.#schedule = schedule;
    this.#keys = keys;
    this.#limits = limits;
  }

  /**
   * Keeps an event for each config of its task.
   *
   * @param id The id of the event, the same for all configs.
   * @returns `none` where the task has none; `full` where more waits than may.
   */
  async enqueue(
    task: TaskPlace,
    { publisher, counter, acceptedAt }: ToldEvent,
    id: string,
    { kind, body, isEnd }: EventBody,
    configs: ConfigsOfTask,
  ): Promise<'none' | 'known' | 'kept' | 'full'> {
    const { scope, taskId, tenant, name } = task;
    const isHash = 'key' in configs;
    const keys = [...this.#keys.lanes(name), ...(isHash ? [configs.key] : [])];
    const { retentionSeconds, maxBacklog, endedConfigSeconds } = this.#limits;
    const keptSeconds = isHash && isEnd ? endedConfigSeconds : undefined;
    const args = [
      publisher,
      String(counter),
      kind,
      id,
      body,
      String(retentionSeconds),
      String(maxBacklog),
      scope.tenant,
      scope.owner,
      taskId,
      tenant,
      name,
      keptSeconds === undefined ? '' : String(keptSeconds),
      acceptedAt === undefined ? '' : String(acceptedAt),
      ...(isHash ? [configs.fieldPrefix] : configs.ids),
    ];
    const flags = isHash ? 'c' : '';
    const reply = await this.#enqueue(task, flags, keys, args);
    switch (reply) {
      case 'none':
      case 'known':
      case 'kept':
      case 'full':
        return reply;
      default:
        throw detailedError('COMMAND_FAILED', 'Webhooks could not be queued.', {
          detail: `Script ${enqueueEvent.name} replied ${textReply(reply)} for task ${JSON.stringify(taskId)}.`,
        });
    }
  }

  /** Up to which counter the events of a publisher are known; 0 for none. */
  async toldUpTo({ name }: TaskPlace, publisher: string): Promise<number> {
    const [lanes] = this.#keys.lanes(name);
    const told = textReply(await runCommand(this.#runner, 'HGET', lanes, ['told'])).split(' ');
    const at = told.findIndex((word, index) => index % 2 === 0 && word === publisher);
    return at === -1 ? 0 : Number(told[at + 1]);
  }

  async #enqueue(
    task: TaskPlace,
    flags: string,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    const reached = await this.#schedule.reach(keys, args);
    const enqueue = async (flag: string): Promise<unknown> =>
      this.#runner.run(enqueueEvent, reached.keys, [`${flags}${flag}`, ...reached.args]);
    if (reached.hasSchedule) return enqueue('s');
    const reply = await enqueue('');
    if (reply === 'unannounced') {
      await this.#schedule.mark(task);
      return enqueue('a');
    }
    // There is a mark, though it may be one of a minute from now.
    if (reply === 'kept' || reply === 'full') await this.#schedule.mark(task);
    return reply;
  }

  /** Gives up the artifact chunks of a task that wait, for a snapshot of it. Whether there were any: how many. */
  async giveUpChunks({ name }: TaskPlace, id: string, { kind, body }: EventBody): Promise<number> {
    const args = [kind, id, body, String(this.#limits.retentionSeconds)];
    return Number(await this.#runner.run(giveUpChunks, this.#keys.lanes(name), args));
  }

  /**
   * Takes what a claimed task has due.
   *
   * @param count How many deliveries at most.
   */
  async take(claimed: ClaimedTask, count: number): Promise<Taken> {
    const { tenant, name } = claimed;
    const { leaseMs, retentionSeconds } = this.#limits;
    const args = [tenant, name, String(count), String(leaseMs), String(retentionSeconds)];
    const reply = await this.#schedule.run(takeDeliveries, this.#keys.lanes(name), args);
    const [now, ...rest] = arrayReply(takeDeliveries.name, reply);
    const [tenantId = '', owner = '', taskId = '', next = ''] = rest.slice(0, 4).map(textReply);
    await this.#schedule.settle(claimed, next);
    const task = { ...placeOf({ tenant: tenantId, owner }, taskId), tenant, name };
    const moment = Number(textReply(now));
    const deliveries = rest.slice(4).map((each) => deliveryOf(task, moment, each));
    return { deliveries, nextInMs: untilNext(next, moment) };
  }

  /**
   * Says what became of an attempt.
   *
   * @param goesOn Whether the next event of the lane is wanted, where it is due.
   * @returns `stale` where others have the lane.
   */
  async finish(
    claimed: ClaimedTask,
    delivery: Delivery,
    outcome: DeliveryOutcome,
    goesOn: boolean,
  ): Promise<Finished | 'stale'> {
    const { tenant, name } = claimed;
    const { leaseMs, retentionSeconds, deadLetterSeconds } = this.#limits;
    if (outcome.kind === 'dead') await this.#noteLetter(delivery.task, outcome.id);
    const { inMs, reason, id, about } = partsOf(outcome, delivery);
    const args = [
      tenant,
      name,
      delivery.configId,
      delivery.token,
      String(delivery.number),
      outcome.kind,
      String(inMs),
      reason,
      goesOn ? String(leaseMs) : '',
      String(retentionSeconds),
      id,
      about,
      String(deadLetterSeconds),
    ];
    const keys = [...this.#keys.lanes(name), this.#keys.letters(name)];
    const reply = await this.#schedule.run(finishDelivery, keys, args);
    if (reply === 'stale') return 'stale';
    const [now, next, handedOut] = arrayReply(finishDelivery.name, reply);
    await this.#schedule.settle(claimed, textReply(next));
    const moment = Number(textReply(now));
    const nextInMs = untilNext(textReply(next), moment);
    if (!Array.isArray(handedOut)) return { next: undefined, nextInMs };
    return { next: deliveryOf(delivery.task, moment, handedOut), nextInMs };
  }

  /** Before the letter is there: who lists an entry without one removes it. */
  async #noteLetter({ scope, name }: TaskPlace, id: string): Promise<void> {
    const { maxDeadLetters, deadLetterSeconds } = this.#limits;
    const forgotten = await this.#runner.run(
      noteLetter,
      [this.#keys.letterIndex(scope)],
      [`${name} ${id}`, String(maxDeadLetters), String(deadLetterSeconds)],
    );
    for (const entry of textsReply(forgotten)) {
      const { name: of, id: letter } = letterOf(entry);
      await runCommand(this.#runner, 'HDEL', this.#keys.letters(of), [letter]);
    }
  }
}

function partsOf(
  outcome: DeliveryOutcome,
  { configId }: Delivery,
): { readonly inMs: number; readonly reason: string; readonly id: string; readonly about: string } {
  const parts = { inMs: 0, reason: '', id: '', about: '' };
  switch (outcome.kind) {
    case 'defer':
      return { ...parts, inMs: Math.round(outcome.inMs) };
    case 'retry':
      return { ...parts, inMs: Math.round(outcome.inMs), reason: oneLine(outcome.reason) };
    case 'dead': {
      const { inMs, id, reason, status } = outcome;
      const about = JSON.stringify({ configId, reason, status });
      return { inMs: Math.round(inMs), reason: oneLine(reason), id, about };
    }
    case 'delivered':
    case 'release':
    case 'unregistered':
    default:
      return parts;
  }
}

/** @param next A moment, or -1 for none. */
function untilNext(next: string, now: number): number | undefined {
  return next === '-1' ? undefined : Math.max(0, Number(next) - now);
}

/** Lanes are read as lines. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 500);
}

function deliveryOf(task: TaskPlace, now: number, reply: unknown): Delivery {
  const parts = textsReply(reply);
  const [configId = '', token = '', number = '', attempt = '', failures = '', text = ''] = parts;
  const event = decodeEvent(text);
  return {
    task,
    configId,
    token,
    number: Number(number),
    attempt: Number(attempt),
    failures: Number(failures),
    ageMs: event === undefined ? 0 : now - event.queuedAt,
    event,
  };
}
