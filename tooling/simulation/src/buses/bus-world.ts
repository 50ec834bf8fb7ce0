import { Role, type Task } from '@a2a-js/sdk';
import {
  type AgentExecutor,
  type ExecutionEventBus,
  RequestContext,
  ServerCallContext,
} from '@a2a-js/sdk/server';
import {
  BaseQueueManager,
  type QueueManagerOptions,
  resolveQueueOptions,
} from '@a2a-redis/core/queue-manager';
import { noteSupport, useRuntime } from '@a2a-redis/core/shared';
import { RedisTaskStore } from '@a2a-redis/task-store';

import { Actor } from '../kernel/actor.ts';
import { Random } from '../kernel/random.ts';
import { Simulation } from '../kernel/simulation.ts';
import { SIMULATED_SUPPORT, SimulatedRedis } from '../redis/simulated-redis.ts';
import { tokenMessage, tokensOfTask } from '../world/tokens.ts';
import { DirectClient } from './direct-client.ts';
import { CONTEXT_ID, listen, type Listening } from './events.ts';
import { type MemoryLink, MemoryMessages } from './memory-messages.ts';
import { MemoryTransport, type MemoryTransportParts } from './memory-transport.ts';

export const CONTEXT: ServerCallContext = new ServerCallContext();

/** A queue manager whose events travel in memory. */
class MemoryQueueManager extends BaseQueueManager {
  constructor(
    client: DirectClient,
    options: QueueManagerOptions,
    parts: Omit<MemoryTransportParts, 'runtime'>,
  ) {
    super(
      client,
      resolveQueueOptions({ ...options, subscriber: NO_MESSAGES }, []),
      ({ runner: { runtime } }) => new MemoryTransport({ runtime, ...parts }),
    );
  }

  protected override async closeQueues(): Promise<void> {}
}

/** Who would receive messages of the server: here they come over the link of the transport. */
const NO_MESSAGES = {
  subscribe: async (): Promise<void> => {},
  unsubscribe: async (): Promise<void> => {},
};

/** A listener that came with a snapshot. */
export interface Subscribing extends Listening {
  /** The tokens that the snapshot of the task held; `undefined` where there was none. */
  readonly snapshot: Promise<readonly string[] | undefined>;
}

/** Replicas with a server in memory, events that travel in memory, and a clock that a test moves. */
export class BusWorld {
  readonly simulation: Simulation = new Simulation(new Random('buses'));
  readonly messages: MemoryMessages = new MemoryMessages(this.simulation);
  readonly redis: SimulatedRedis = new SimulatedRedis({
    now: () => this.simulation.wallClock,
    publish: (_kind, channel, message) => this.messages.publish(channel, message),
  });

  /**
   * Starts a replica.
   *
   * @param executor Whose tasks any replica can cancel; without one, a bus executes once it is made.
   */
  replica(name: string, options: ReplicaOptions = {}): BusReplica {
    return new BusReplica(name, this, options);
  }

  /** Lets time pass, and all happen that is to happen meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.simulation.run(this.simulation.now + ms);
  }
}

/** What is different about a replica. */
export interface ReplicaOptions extends Pick<QueueManagerOptions, 'maxPendingEvents'> {
  readonly executor?: AgentExecutor | undefined;
  readonly readsRecords?: boolean | undefined;
}

/** A process: a manager and a store on a connection of their own. */
export class BusReplica {
  readonly client: DirectClient;
  readonly link: MemoryLink;
  readonly store: RedisTaskStore;
  readonly manager: BaseQueueManager;
  /** What its manager reported, in the order of its messages. */
  readonly errors: string[] = [];
  /** What a distributed executor is called through. */
  readonly #executor: AgentExecutor | undefined;
  readonly #actor: Actor;

  constructor(name: string, world: BusWorld, options: ReplicaOptions) {
    const { executor, readsRecords = false, maxPendingEvents } = options;
    const { simulation, messages } = world;
    this.#actor = new Actor(name, simulation);
    this.client = new DirectClient(world.redis);
    useRuntime(this.client, this.#actor);
    noteSupport(this.client, SIMULATED_SUPPORT);
    this.link = messages.link(this.#actor);
    this.store = new RedisTaskStore(this.client, { prefix: 't:' });
    this.manager = new MemoryQueueManager(
      this.client,
      {
        prefix: 'q:',
        taskStore: this.store,
        maxPendingEvents,
        onError: ({ message }) => this.errors.push(message),
      },
      { messages, link: this.link, readsRecords },
    );
    this.#executor = executor && this.manager.distribute(executor);
  }

  /** As SIGKILL. */
  kill(): void {
    this.#actor.kill();
  }

  /** The bus of a task that is executed here. */
  bus(taskId: string): ExecutionEventBus {
    return this.manager.createOrGetByTaskId(taskId, CONTEXT);
  }

  /** Executes a task, as a request does: until the executor has come to its end. */
  async execute(taskId: string, bus: ExecutionEventBus, task?: Task): Promise<void> {
    const message = tokenMessage(`m-${taskId}`, Role.ROLE_USER, { taskId, contextId: CONTEXT_ID });
    const request = { tenant: '', message, configuration: undefined, metadata: undefined };
    const context = new RequestContext(request, taskId, CONTEXT_ID, CONTEXT, task);
    await this.#executor?.execute(context, bus);
  }

  /** Cancels a task, as a request does. */
  async cancel(taskId: string, bus: ExecutionEventBus): Promise<void> {
    await this.#executor?.cancelTask(taskId, bus);
  }

  /** Subscribes to a task as a request does: it listens, and loads the task in the same turn. */
  subscribe(taskId: string): Subscribing {
    const { heard } = listen(this.manager.getByTaskId(taskId, CONTEXT));
    const task = this.store.load(taskId, CONTEXT);
    return { heard, snapshot: task.then((found) => found && tokensOfTask(found)) };
  }
}
