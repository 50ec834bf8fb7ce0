import type { Task } from '@a2a-js/sdk';
import {
  AgentEvent,
  type ExecutionEventBus,
  ResultManager,
  ServerCallContext,
  type TaskStore,
} from '@a2a-js/sdk/server';

import { A2ARedisError } from '../../shared/errors.ts';
import { eventIdOf, withEventId } from '../../event-ids/event-id.ts';

const PUBLISHER = 'probe';
const IDS = { taskId: PUBLISHER, contextId: PUBLISHER };

/**
 * Finds out whether the installed SDK does what the queue managers build on: package managers can be told to
 * overlook what versions go together, and then events are lost without a word. It is asked what it does, not
 * which version it is.
 */
export class SdkFeatures {
  readonly #withoutContext = new WeakSet<ExecutionEventBus>();
  #probing: Promise<void> | undefined;
  #isProven: boolean;

  /** @param findsEvents Whether the store of the tasks reads ids of events. */
  constructor(findsEvents: boolean) {
    this.#isProven = !findsEvents;
  }

  /** A request handler has asked for a bus. */
  noteBus(bus: ExecutionEventBus, context: ServerCallContext | undefined): void {
    if (context === undefined) this.#withoutContext.add(bus);
    else this.#withoutContext.delete(bus);
  }

  /**
   * Whether a task can be executed; `undefined` where that is known to be so.
   *
   * @param bus What the request handler asked for.
   * @throws {A2ARedisError} `SDK_UNSUPPORTED`, the promise too.
   */
  require(bus: ExecutionEventBus): Promise<void> | undefined {
    if (this.#withoutContext.has(bus)) {
      throw unsupported(
        'the request handler does not say whose task it is when it asks for the event bus',
      );
    }
    if (this.#isProven) return undefined;
    this.#probing ??= this.#probe();
    return this.#probing;
  }

  async #probe(): Promise<void> {
    const found: number[] = [];
    let stored: Task | undefined;
    const store: TaskStore = {
      load: async () => structuredClone(stored),
      save: async (task) => {
        stored = structuredClone(task);
        found.push(latestIn(stored));
      },
      list: async () => Promise.reject(new TypeError('Nothing is to be listed.')),
    };
    const results = new ResultManager(store, new ServerCallContext());
    for (const [index, event] of EVENTS.entries()) {
      await results.processEvent(withEventId(event, { publisher: PUBLISHER, counter: index + 1 }));
    }
    if (found.length !== EVENTS.length || found.some((counter, index) => counter !== index + 1)) {
      throw unsupported('the result manager does not store each event with all that it says');
    }
    this.#isProven = true;
  }
}

/** The counter of the latest event of which a task holds something; 0 where it holds nothing of any. */
function latestIn({ status, artifacts, ...task }: Task): number {
  const parts = artifacts.flatMap((artifact) => [artifact, ...artifact.parts]);
  const values: readonly object[] = [task, ...(status === undefined ? [] : [status]), ...parts];
  return Math.max(...values.map((value) => eventIdOf(value)?.counter ?? 0));
}

const CHUNK = {
  ...IDS,
  artifact: {
    artifactId: PUBLISHER,
    name: '',
    description: '',
    parts: [
      {
        content: { $case: 'text' as const, value: '' },
        metadata: undefined,
        filename: '',
        mediaType: '',
      },
    ],
    metadata: undefined,
    extensions: [],
  },
  append: true,
  lastChunk: false,
  metadata: undefined,
};
const STATUS = { state: 0, message: undefined, timestamp: undefined };

/** One of each kind, and of the ways in which a task takes it. */
const EVENTS = [
  AgentEvent.task({
    id: PUBLISHER,
    contextId: PUBLISHER,
    status: STATUS,
    artifacts: [],
    history: [],
    metadata: undefined,
  }),
  AgentEvent.statusUpdate({ ...IDS, status: STATUS, metadata: undefined }),
  AgentEvent.artifactUpdate(CHUNK),
  AgentEvent.artifactUpdate(CHUNK),
  AgentEvent.artifactUpdate({ ...CHUNK, append: false }),
];

function unsupported(what: string): A2ARedisError {
  return new A2ARedisError(
    'SDK_UNSUPPORTED',
    `The installed @a2a-js/sdk will not do, because ${what}. Install version 1.3 or newer.`,
  );
}
