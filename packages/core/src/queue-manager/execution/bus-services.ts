import type { TaskStore } from '@a2a-js/sdk/server';

import type { A2ARedisError } from '../../shared/errors.ts';
import type { EventTrackingStore } from '../../event-ids/event-tracking-store.ts';
import type { EventWritingStore } from '../../event-ids/event-writing-store.ts';
import type { PublishRoute } from '../../layout/publish-route.ts';
import type { ScriptRunner } from '../../redis/script-runner.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { EventTransport } from '../events/event-transport.ts';
import type { OutboxLimits } from './outbox.ts';
import type { OwnRuns } from './own-runs.ts';
import type { TaskAddress } from '../state/queue-keys.ts';
import type { ReplicaLease } from '../state/replica-lease.ts';
import type { RedisTaskStates } from '../state/task-state.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';

/** Who brings a task to where it should be. */
export interface RunReconciler {
  /** Ends a run of this process, and its task, of which it gave up events that nobody else stores. */
  endUnstored(task: TaskAddress, run: string): Promise<void>;
  /**
   * Others ended a run of this process, or it is being closed: its task is brought to its end, unless it waits for
   * its user or another run goes on. Whether none does.
   */
  settle(
    task: TaskAddress,
    run: string,
    reason: 'gone' | 'closed',
    contextId: string,
  ): Promise<boolean>;
  /** Redis takes these runs to execute a task: this process's own may be among them though they are over. */
  present(task: TaskAddress, runs: readonly string[]): void;
  /**
   * Redis takes these runs of others to execute a task: they are ended where their replicas are gone.
   *
   * @param onHopeless Called where that is of no use to wait for.
   */
  orphaned(
    task: TaskAddress,
    runs: readonly string[],
    onHopeless: (error: A2ARedisError) => void,
  ): Promise<void>;
}

/** What the buses of a manager share. */
export interface BusServices extends FinisherServices {
  readonly reconciler: RunReconciler;
}

/** What it takes to end a task. */
export interface FinisherServices {
  readonly runtime: Runtime;
  readonly runner: ScriptRunner;
  readonly route: PublishRoute;
  readonly transport: EventTransport;
  readonly states: RedisTaskStates;
  readonly lease: ReplicaLease;
  readonly ownRuns: OwnRuns;
  /** The store of the tasks, where it is known. */
  readonly store: TaskStore | undefined;
  /** The same, where it reads the ids of events. */
  readonly trackingStore: EventTrackingStore | undefined;
  /** The same, where it takes events from their publisher, and writes them on the server of the manager. */
  readonly eventStore: EventWritingStore | undefined;
  readonly webhooks: Webhooks;
  readonly limits: OutboxLimits;
  /** Names the next run; see `runName`. */
  readonly nextRun: () => string;
  readonly onError: (error: unknown) => void;
}
