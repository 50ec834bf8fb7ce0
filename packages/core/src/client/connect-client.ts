import { createClient, createClientPool, createCluster, createSentinel } from 'redis';

import { ConnectionCredentials } from '../credentials/connection-credentials.ts';
import {
  type ClosableClient,
  destroyClient,
  type EndingClient,
  whenClosed,
} from './close-client.ts';
import { type ConnectableClient, ConnectPhase } from './connect-phase.ts';
import { noteDatabase } from '../layout/channel-space.ts';
import { callSender } from '../redis/call-sender.ts';
import { withDeadline } from '../redis/deadline.ts';
import type { RedisScriptClient } from '../redis/script-client.ts';
import { findSupport, servedTo, unsupportedIn } from '../redis/server-support.ts';
import { systemRuntime } from '../runtime/runtime.ts';
import { errorReporter } from '../shared/error-reporter.ts';
import {
  commandOptions,
  nodeRedisOptions,
  nodeSocketOptions,
  respOption,
  serverSocketOptions,
} from './node-redis-options.ts';
import type { RedisAddress } from './options.ts';
import type { ClusterTarget, ResolvedOptions, SentinelTarget } from './resolve-options.ts';
import { SentinelReconnects } from './sentinel-reconnects.ts';

/** What a node-redis client of any kind can do. */
export interface NodeRedisClient
  extends ConnectableClient, ClosableClient, EndingClient, RedisScriptClient {}

/** What a client is made of. */
interface ClientParts {
  readonly options: ResolvedOptions;
  readonly phase: ConnectPhase;
  readonly credentials: ConnectionCredentials | undefined;
  /** The listener of its errors. */
  readonly onError: (error: unknown) => void;
}

/**
 * Makes a client of checked options and connects it.
 *
 * @throws {A2ARedisError} `CONNECT_FAILED`, `SERVER_UNSUPPORTED`.
 */
export async function connectClient(options: ResolvedOptions): Promise<NodeRedisClient> {
  const report = errorReporter(
    `Redis client ${options.name}`,
    'REDIS_CLIENT_ERROR',
    options.onError,
  );
  const { credentialsProvider: given, connectTimeoutMs } = options;
  const credentials = given && new ConnectionCredentials(given, connectTimeoutMs, report);
  const phase = new ConnectPhase(connectTimeoutMs, report, credentials !== undefined);
  const onError = (error: unknown): void => {
    credentials?.breakOff(error);
    phase.onError(error);
  };
  const parts = { options, phase, credentials, onError };
  try {
    const client = await phase.connect(() => makeClient(parts), describeTarget(options));
    await requireSupport(client, phase.deadlineAt);
    if (options.target.kind !== 'cluster') noteDatabase(client, options.target.database);
    if (credentials !== undefined) {
      whenClosed(client, () => {
        credentials.end();
      });
    }
    return client;
  } catch (error) {
    credentials?.end();
    throw error;
  }
}

/**
 * Refuses a server that is older than the packages need, or runs no scripts: with the first connection, rather than with
 * the first call of a store. That finds out what cannot be found out here, where the server is busy, or what stands
 * before it wants keys.
 */
async function requireSupport(client: NodeRedisClient, deadlineAt: number): Promise<void> {
  try {
    const asking = findSupport(callSender(client)(), servedTo(client), []);
    await withDeadline(systemRuntime, asking, deadlineAt, () => 'A first call to Redis');
  } catch (error) {
    const refusal = unsupportedIn(error);
    if (refusal === undefined) return;
    await destroyClient(client);
    throw refusal;
  }
}

function makeClient(parts: ClientParts): NodeRedisClient {
  const { options, phase, credentials, onError } = parts;
  const { target } = options;
  if (target.kind === 'cluster') return makeCluster(parts, target);
  if (target.kind === 'sentinel') return makeSentinel(parts, target);
  const clientOptions = {
    ...nodeRedisOptions(options, credentials?.provider),
    ...respOption(options),
    database: target.database,
    commandOptions: commandOptions(options),
    socket: serverSocketOptions(nodeSocketOptions(options, phase), target.address),
  };
  if (target.kind === 'client') return createClient(clientOptions).on('error', onError);
  return createClientPool(clientOptions, {
    // A pool that grows under load opens connections when the server can take them least, and in
    // node-redis 5 a connection that fails then is an unhandled rejection.
    minimum: target.maxConnections,
    maximum: target.maxConnections,
    acquireTimeout: options.commandTimeoutMs,
  }).on('error', onError);
}

function makeCluster(
  { options, phase, credentials, onError }: ClientParts,
  target: ClusterTarget,
): NodeRedisClient {
  const socket = nodeSocketOptions(options, phase);
  return createCluster({
    ...respOption(options),
    rootNodes: target.rootNodes.map((address) => ({
      socket: serverSocketOptions(socket, address),
    })),
    defaults: { ...nodeRedisOptions(options, credentials?.provider), socket },
    commandOptions: commandOptions(options),
    ...nodeAddressMapOption(target),
  })
    .on('error', onError)
    .on('node-error', onError);
}

function makeSentinel(
  { options, phase, credentials, onError }: ClientParts,
  target: SentinelTarget,
): NodeRedisClient {
  const socket = nodeSocketOptions(options, phase);
  const isOpen = (): boolean => client.isOpen;
  const reconnects: SentinelReconnects = new SentinelReconnects(phase.reconnectStrategy, isOpen);
  const client = createSentinel({
    ...respOption(options),
    name: target.masterName,
    sentinelRootNodes: target.rootNodes.map((address) => ({ ...address })),
    nodeClientOptions: {
      ...nodeRedisOptions(options, credentials?.provider),
      database: target.database,
      socket: reconnects.applyTo(socket),
    },
    sentinelClientOptions: { ...sentinelCredentials(target), name: options.name, socket },
    commandOptions: commandOptions(options),
    // Commands share a connection. Without one of their own they take it from the pool, and where
    // several come at once, node-redis 5 and 6 never return some connections to it.
    reserveClient: true,
    masterPoolSize: target.maxConnections + 1,
    passthroughClientErrorEvents: true,
    // A sentinel's message can be lost; without a scan, so would be the failover it told of.
    scanInterval: 10_000,
    ...nodeAddressMapOption(target),
  });
  return client.on('error', (error: unknown) => {
    reconnects.note(error);
    // A subscriber that was forgotten may still fail once.
    if (isOpen()) onError(error);
  });
}

function nodeAddressMapOption(target: ClusterTarget | SentinelTarget): {
  nodeAddressMap?: Record<string, RedisAddress>;
} {
  return target.nodeAddressMap === undefined
    ? {}
    : { nodeAddressMap: { ...target.nodeAddressMap } };
}

function sentinelCredentials(target: SentinelTarget): { username?: string; password?: string } {
  const { sentinelUsername: username, sentinelPassword: password } = target;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function describeTarget({ target }: ResolvedOptions): string {
  if (target.kind === 'client' || target.kind === 'pool') {
    return 'path' in target.address
      ? target.address.path
      : `${target.address.host}:${target.address.port}`;
  }
  const nodes = target.rootNodes.map(({ host, port }) => `${host}:${port}`).join(', ');
  return target.kind === 'cluster' ? nodes : `${nodes} (sentinels of "${target.masterName}")`;
}
