import {
  type CompanionCall,
  defineCompanion,
  defineScript,
  runCommand,
  type ScriptRunner,
  requireRightsSource,
} from '@a2a-redis/core/shared';
import {
  type EventBatch,
  type EventId,
  type PublishCommand,
  type PublishRoute,
  type TaskAddress,
  taskStateSource,
} from '@a2a-redis/core/queue-manager';

import announcePositionSource from './scripts/announce-position.lua';
import publishEventsSource from './scripts/publish-events.lua';

const publishEvents = defineCompanion(
  'publish-events',
  `${taskStateSource}\n${publishEventsSource}`,
);
const announcePositionScript = defineScript(
  'announce-position',
  `${requireRightsSource}\n${taskStateSource}\n${announcePositionSource}`,
  { writes: 'sometimes' },
);

/**
 * How long the state of a task stays after its end, in seconds: so long, what comes late is known for what
 * it is, nothing of a run that was ended is published, and who lost messages can tell which.
 */
const ENDED_SECONDS = 300;

/**
 * How long an event stays that is too long for a message, in seconds: for as long as a server keeps messages for a
 * connection that is behind (`client-output-buffer-limit pubsub`). Whoever is further behind has lost others, too.
 */
const KEPT_SECONDS = 60;

/** Publishes on the channels of tasks. */
export class TaskChannel {
  readonly #runner: ScriptRunner;
  readonly #route: PublishRoute;
  readonly #retentionSeconds: string;

  /** @param retentionSeconds How long the state of a task stays without any event. */
  constructor(runner: ScriptRunner, route: PublishRoute, retentionSeconds: number) {
    this.#runner = runner;
    this.#route = route;
    this.#retentionSeconds = String(retentionSeconds);
  }

  /** What publishes a batch in one message, with the task's record or alone. */
  publishing(
    task: TaskAddress,
    { publisher, firstCounter, sentBefore, bodies, mode }: EventBatch,
    publish: PublishCommand,
  ): CompanionCall {
    const counters = [String(firstCounter), sentBefore === undefined ? '' : String(sentBefore)];
    const where = [task.channel, publish];
    const limits = [this.#retentionSeconds, String(ENDED_SECONDS)];
    return {
      companion: publishEvents,
      keys: [task.state],
      args: [publisher, ...counters, ...where, ...limits, mode ?? '', ...bodies],
    };
  }

  /** Keeps an event for those who are told of it. */
  async keep(task: TaskAddress, eventId: EventId, body: string): Promise<void> {
    await runCommand(this.#runner, 'SET', keptKey(task, eventId), [body, 'EX', `${KEPT_SECONDS}`]);
  }

  /** An event that was kept; `undefined` where it is not any more. */
  async kept(task: TaskAddress, eventId: EventId): Promise<string | undefined> {
    const reply = await runCommand(this.#runner, 'GET', keptKey(task, eventId));
    return typeof reply === 'string' ? reply : undefined;
  }

  /** Tells all who follow a task how many events there were until now. */
  async announcePosition(task: TaskAddress): Promise<void> {
    const publish = await this.#route.find();
    await this.#runner.run(announcePositionScript, [task.state], [task.channel, publish]);
  }
}

function keptKey({ state }: TaskAddress, { publisher, counter }: EventId): string {
  return `${state}:${publisher}.${counter}`;
}
