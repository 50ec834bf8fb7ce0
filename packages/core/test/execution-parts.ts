import type { EventId, IdentifiedEvent } from '../src/event-ids/event-id.ts';
import type {
  EventFate,
  EventWrite,
  EventWriteOutcome,
} from '../src/event-ids/event-writing-store.ts';
import type { BusServices } from '../src/queue-manager/execution/bus-services.ts';
import { OwnRuns } from '../src/queue-manager/execution/own-runs.ts';
import type { EventBatch, SendOutcome } from '../src/queue-manager/events/event-transport.ts';
import type { Beginning } from '../src/queue-manager/state/task-state.ts';
import { knownRoute } from '../src/layout/publish-route.ts';
import type { CompanionCall } from '../src/redis/script-companion.ts';
import { systemRuntime } from '../src/runtime/runtime.ts';

/** What executions need of a manager, without Redis: what is sent, and what becomes of it. */
export class ExecutionParts {
  /** What got to Redis, as `<run> <first counter>:<kinds of events>`. */
  readonly sent: string[] = [];
  /** What became of events that the store was told of, as `<counter> <fate>`. */
  readonly fates: string[] = [];
  /** What else was asked for, in its order. */
  readonly calls: string[] = [];
  readonly errors: unknown[] = [];
  /** What webhooks were told, as `<counter> <kind of event>`. */
  readonly told: string[] = [];
  /** What becomes of a batch. */
  onSend: (batch: EventBatch) => Promise<SendOutcome> = async () => 'accepted';
  /** What becomes of the beginning of a run. */
  onBegin: Beginning = 'begun';
  /** Done when a run is paused. */
  onPause: () => Promise<void> = async () => {};
  /** Whether nothing of the task goes on once a fenced run was looked after. */
  isIdle = false;
  /** Whether this process can be sure that nobody has taken it for gone. */
  isCertain = true;
  /** Whether the store has the events of each batch already: it writes nothing, and the batch is sent alone. */
  isWritten = false;
  #runs = 0;

  /** @param isWriting Whether the store takes events from their publisher. */
  services(isWriting = true): BusServices {
    const send = async (batch: EventBatch): Promise<SendOutcome> => {
      const { publisher, firstCounter, bodies } = batch;
      this.sent.push(
        `${publisher} ${firstCounter}:${bodies.map((body) => body.charAt(0)).join('')}`,
      );
      return this.onSend(batch);
    };
    const batches = new Map<string, EventBatch>();
    const run = async (_script: unknown, [key = '']: readonly string[]): Promise<unknown> => {
      const batch = batches.get(key);
      return batch && send(batch);
    };
    const store = {
      beginEvents: () => () => {},
      expectEvent: (_task: string, _context: unknown, { counter }: EventId) => {
        return (fate: EventFate) => this.fates.push(`${counter} ${fate}`);
      },
      writeEvents: async (_task: string, _context: unknown, write: EventWrite) => {
        if (this.isWritten) return { outcome: 'unchanged' };
        const { keys } = write.companion(false);
        const outcome = await run(undefined, keys);
        if (outcome === 'accepted') write.onStored(() => undefined);
        return outcomeOf(outcome);
      },
    };
    const parts = {
      // With timers of its own: those of the system may be real or those of a test.
      runtime: { ...systemRuntime },
      runner: { run },
      route: knownRoute('PUBLISH'),
      transport: {
        placeOf: () => 'events',
        sending: (
          _task: unknown,
          batch: EventBatch,
        ): Pick<CompanionCall, 'keys' | 'args'> & {
          companion: { alone: undefined };
        } => {
          const key = `${batch.publisher} ${batch.firstCounter} ${batches.size}`;
          batches.set(key, batch);
          return { companion: { alone: undefined }, keys: [key], args: [] };
        },
      },
      states: {
        renewAfterMs: 60_000,
        note: async () => true,
        begin: async () => this.onBegin,
        forget: async (name: string) => void this.calls.push(`forget ${name}`),
        pause: async (_task: unknown, name: string) => {
          await this.onPause();
          this.calls.push(`pause ${name}`);
        },
      },
      lease: this.#lease(),
      ownRuns: new OwnRuns(systemRuntime),
      store: undefined,
      trackingStore: undefined,
      eventStore: isWriting ? store : undefined,
      webhooks: {
        tell: ({ eventId, event }: IdentifiedEvent) =>
          this.told.push(`${eventId.counter} ${event.kind}`),
        kept: async () => {},
      },
      limits: { maxPendingEvents: 100, publishDeadlineMs: 1000 },
      nextRun: () => `r-${(this.#runs += 1)}`,
      onError: (error: unknown) => this.errors.push(error),
      reconciler: {
        endUnstored: async (_task: unknown, name: string) => void this.calls.push(`end ${name}`),
        settle: async (_task: unknown, name: string) => {
          this.calls.push(`settle ${name}`);
          return this.isIdle;
        },
      },
    };
    return parts as unknown as BusServices;
  }

  #lease(): object {
    const isCertain = (): boolean => this.isCertain;
    return {
      replica: 'r',
      isLive: true,
      isWatched: true,
      takesRuns: true,
      get isCertain() {
        return isCertain();
      },
      start: async () => {},
      confirm: async () => {},
      renew: async () => {},
    };
  }
}

function outcomeOf(outcome: unknown): EventWriteOutcome {
  return outcome === 'accepted'
    ? { outcome: 'written' }
    : { outcome: 'refused', reason: String(outcome) };
}
