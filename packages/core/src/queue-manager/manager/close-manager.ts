import { A2ARedisError } from '../../shared/errors.ts';
import { withDeadline } from '../../redis/deadline.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { ChannelHub } from '../messages/channel-hub.ts';
import type { ReplicaLease } from '../state/replica-lease.ts';
import type { TaskBus } from '../bus/task-bus.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import type { RunReconciler } from '../execution/bus-services.ts';
import type { OwnRuns } from '../execution/own-runs.ts';

/** What a queue manager has open. */
export interface OpenParts {
  readonly buses: readonly TaskBus[];
  readonly reconciler: RunReconciler;
  readonly lease: ReplicaLease;
  readonly ownRuns: Pick<OwnRuns, 'count'>;
  readonly hub: ChannelHub;
  readonly webhooks: Pick<Webhooks, 'underWay' | 'settled'>;
  /** Closes the direct queues. */
  readonly closeQueues: () => Promise<void>;
}

/**
 * Closes what a queue manager has open, all at once and within a time, whether or not Redis answers.
 * Never rejects: what could not be done is reported, and left to the other replicas.
 */
export async function closeManager(
  runtime: Runtime,
  { buses, reconciler, lease, ownRuns, hub, webhooks, closeQueues }: OpenParts,
  deadlineMs: number,
  onError: (error: unknown) => void,
): Promise<void> {
  const deadlineAt = runtime.now() + deadlineMs;
  // What is noted from here on, nobody would end.
  lease.seal();
  const tried = async (work: Promise<void>, what: string): Promise<boolean> => {
    try {
      await withDeadline(runtime, work, deadlineAt, () => `${what} within ${deadlineMs} ms`);
      return true;
    } catch (error) {
      onError(error);
      return false;
    }
  };
  const closingQueues = tried(closeQueues(), 'Closing the direct queues');
  const ended = await Promise.all(
    buses.map(async (bus) => {
      return tried(
        endBus(bus, reconciler),
        `Ending task ${JSON.stringify(bus.task.taskId)} at a close`,
      );
    }),
  );
  await closingQueues;
  for (const bus of buses) bus.shutDown(noMoreEvents(bus.task.taskId));
  const telling = toldWebhooks(runtime, webhooks, deadlineAt, () => {
    onError(notTold(webhooks.underWay, deadlineMs));
  });
  // Where something is left to be done, the lease runs out, so that others do it: a request may have been entered
  // meanwhile, too.
  const hasEndedAll = ended.every(Boolean) && ownRuns.count(lease.replica) === 0;
  await tried(lease.stop(hasEndedAll), 'Leaving the list of replicas');
  await tried(hub.close(), 'Ending the subscriptions');
  await telling;
}

/** @param onLate Called where some are not sent in time: they go on, as far as the process does. */
async function toldWebhooks(
  runtime: Runtime,
  webhooks: OpenParts['webhooks'],
  deadlineAt: number,
  onLate: () => void,
): Promise<void> {
  try {
    await withDeadline(runtime, webhooks.settled(), deadlineAt, () => 'Telling webhooks');
  } catch {
    // Nothing but the deadline: each notification reports for itself why it failed.
    onLate();
  }
}

/** Why webhooks may not be told what they should be: so many notifications are not sent in time. */
export function notTold(count: number, deadlineMs: number): A2ARedisError {
  return new A2ARedisError(
    'DEADLINE_EXCEEDED',
    `${count} notifications to webhooks were not sent within ${deadlineMs} ms: they are lost where the process ends now.`,
  );
}

/** Ends what executes in this process, and sends what was published here. */
async function endBus(bus: TaskBus, reconciler: RunReconciler): Promise<void> {
  await bus.runs.settled();
  // Requests here may not come to store it any more.
  await bus.runs.store();
  if (bus.isExecuting) {
    await reconciler.settle(bus.task, bus.runs.present.name, 'closed', '');
    // It may have heard of that by now.
    if (!bus.isOver) bus.stop();
    // Its listeners here get the end that everybody gets.
    await bus.check(0);
  } else if (bus.runs.present.isLeaving) {
    // What could not be stored, others have in the log.
    await reconciler.settle(bus.task, bus.runs.present.name, 'closed', '');
  }
}

/** Why a subscriber on a replica that stops gets no more events. */
function noMoreEvents(taskId: string): A2ARedisError {
  return new A2ARedisError(
    'EVENTS_LOST',
    `This replica stops, and hears no more of task ${JSON.stringify(taskId)}. Subscribe again, on another one, for a fresh snapshot.`,
  );
}
