import type { AgentCard, StreamResponse, Task } from '@a2a-js/sdk';
import {
  DefaultRequestHandler,
  type PushNotificationSender,
  type ServerCallContext,
} from '@a2a-js/sdk/server';
import { type BaseQueueManager } from '@a2a-redis/core/queue-manager';
import { noteSupport, useRuntime } from '@a2a-redis/core/shared';
import { RedisPubSubQueueManager } from '@a2a-redis/pubsub-queue';
import { RedisPushNotificationConfigStore } from '@a2a-redis/push-config';
import { RedisStreamsQueueManager } from '@a2a-redis/streams-queue';
import { RedisTaskStore } from '@a2a-redis/task-store';

import type { Actor } from '../kernel/actor.ts';
import type { Simulation } from '../kernel/simulation.ts';
import type { Network } from '../network/network.ts';
import { SimulatedClient } from '../network/simulated-client.ts';
import { SimulatedCluster } from '../network/simulated-cluster.ts';
import { SIMULATED_SUPPORT } from '../redis/simulated-redis.ts';
import type { Call, Settings } from '../scenario/scenario.ts';
import { PlannedAgent } from './agent.ts';
import type { History } from './history.ts';
import { describeResponse, taskIdOfResponse } from './tokens.ts';

export const TASKS_PREFIX = 't:';
export const QUEUES_PREFIX = 'q:';
export const PUSH_PREFIX = 'p:';

/** What all replicas of a simulation share. */
export interface ReplicaParts {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly history: History;
  readonly settings: Settings;
  readonly calls: ReadonlyMap<number, Call>;
}

const CARD: AgentCard = {
  name: 'simulated',
  description: '',
  version: '1',
  provider: undefined,
  capabilities: { streaming: true, pushNotifications: true, extensions: [] },
  securitySchemes: {},
  securityRequirements: [],
  defaultInputModes: [],
  defaultOutputModes: [],
  skills: [],
  signatures: [],
  supportedInterfaces: [],
};

type Client = SimulatedClient | SimulatedCluster;

/** What a replica reaches the server with: as a rule, one client does for both. */
interface Clients {
  readonly ofStore: Client;
  readonly ofManager: Client;
}

/** A process of the agent: the SDK's handler on the stores and the manager of these packages. */
export class Replica {
  readonly actor: Actor;
  readonly handler: DefaultRequestHandler;
  readonly store: RedisTaskStore;
  readonly manager: BaseQueueManager;
  /** Whether it has begun to close. */
  isClosing = false;
  isClosed = false;
  readonly #clients: Clients;

  private constructor(actor: Actor, clients: Clients, parts: ReplicaParts) {
    this.actor = actor;
    this.#clients = clients;
    const { ofStore, ofManager } = clients;
    const { history, settings, calls } = parts;
    this.store = new RedisTaskStore(ofStore, { prefix: TASKS_PREFIX, layout: layoutOf(settings) });
    const pushStore = new RedisPushNotificationConfigStore(ofStore, { prefix: PUSH_PREFIX });
    this.manager = managerOf(ofManager, settings, {
      taskStore: this.store,
      onError: (error) => {
        history.trouble('reported', error);
      },
    });
    const sender = this.manager.distributeSender(new RecordingSender(actor, parts, pushStore));
    this.handler = new DefaultRequestHandler(
      CARD,
      this.store,
      this.manager.distribute(new PlannedAgent(actor, history, calls)),
      this.manager,
      pushStore,
      sender,
    );
  }

  /** Starts a process. Called as its actor; resolves when it can serve. */
  static async start(actor: Actor, parts: ReplicaParts): Promise<Replica> {
    const { settings } = parts;
    const ofManager = await connect(actor, parts);
    const ofStore = settings.layout === 'apart' ? await connect(actor, parts) : ofManager;
    return new Replica(actor, { ofStore, ofManager }, parts);
  }

  /** As a process that ends at SIGTERM: what it has accepted may come to its end, for a while. */
  async close(drainMs: number | undefined): Promise<void> {
    this.isClosing = true;
    if (drainMs !== undefined) await this.manager.drain(drainMs);
    await this.manager.close();
    for (const client of new Set(Object.values(this.#clients))) client.destroy();
    this.isClosed = true;
  }
}

async function connect(
  actor: Actor,
  { network, settings: { layout } }: ReplicaParts,
): Promise<Client> {
  const client =
    layout === 'cluster'
      ? new SimulatedCluster(network, actor)
      : new SimulatedClient(network, actor);
  useRuntime(client, actor);
  noteSupport(client, SIMULATED_SUPPORT);
  return client.connect();
}

/** Asking would be one call more than the scenarios of known seeds have. The client of a cluster tells. */
function layoutOf({ layout }: Settings): 'single' | 'auto' {
  return layout === 'cluster' ? 'auto' : 'single';
}

function managerOf(
  client: Client,
  settings: Settings,
  shared: Pick<
    NonNullable<ConstructorParameters<typeof RedisStreamsQueueManager>[1]>,
    'taskStore' | 'onError'
  >,
): BaseQueueManager {
  const { failoverMs, publishDeadlineMs, maxEventsPerTask, maxMessageBytes, isSharded, layout } =
    settings;
  const options = {
    ...shared,
    prefix: QUEUES_PREFIX,
    layout: layoutOf(settings),
    failoverMs,
    publishDeadlineMs,
  };
  return settings.manager === 'streams'
    ? new RedisStreamsQueueManager(client, { ...options, maxEventsPerTask, maxMessageBytes })
    : new RedisPubSubQueueManager(client, {
        ...options,
        sharded: isSharded || layout === 'cluster',
      });
}

/** Posts as the SDK's sender does, looking up its configs first; what arrives is recorded. */
class RecordingSender implements PushNotificationSender {
  readonly #actor: Actor;
  readonly #parts: ReplicaParts;
  readonly #store: RedisPushNotificationConfigStore;

  constructor(actor: Actor, parts: ReplicaParts, store: RedisPushNotificationConfigStore) {
    this.#actor = actor;
    this.#parts = parts;
    this.#store = store;
  }

  async send(response: StreamResponse, context: ServerCallContext, task?: Task): Promise<void> {
    const taskId = task?.id ?? taskIdOfResponse(response) ?? '';
    const configs = await this.#store.load(taskId, context);
    const { history, simulation } = this.#parts;
    for (const { id } of configs) {
      await new Promise<void>((resolve) => {
        this.#actor.setTimer(resolve, 1 + this.#actor.random() * 10);
      });
      history.note(this.#actor.name, `tells webhook ${id}: ${describeResponse(response)}`);
      history.webhooks.push({
        at: simulation.now,
        replica: this.#actor.name,
        configId: id,
        taskId,
        response: structuredClone(response),
      });
    }
  }
}
