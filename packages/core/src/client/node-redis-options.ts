import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import type { RedisCredentialsProvider } from '../credentials/connection-credentials.ts';
import type { ConnectPhase } from './connect-phase.ts';
import type { RespVersion } from './client-types.ts';
import type { ParsedRedisUrl } from './parse-redis-url.ts';
import type { ResolvedOptions } from './resolve-options.ts';

type ReconnectStrategy = (retries: number, cause: Error) => number | false;

interface SocketBasics {
  readonly connectTimeout: number;
  readonly socketTimeout?: number;
  readonly reconnectStrategy: ReconnectStrategy;
  readonly signal: AbortSignal;
}

/** Socket options without an address, for the nodes of a cluster and of sentinels. */
export type NodeSocketOptions =
  | SocketBasics
  | (ConnectionOptions & SocketBasics & { readonly tls: true });

/** Options that node-redis takes for a connection of any kind. */
export interface NodeRedisOptions {
  readonly username?: string;
  readonly password?: string;
  readonly credentialsProvider?: RedisCredentialsProvider;
  readonly name: string;
  readonly pingInterval?: number;
  readonly commandsQueueMaxLength?: number;
}

/** @param credentialsProvider In place of the application's own. */
export function nodeRedisOptions(
  options: ResolvedOptions,
  credentialsProvider: RedisCredentialsProvider | undefined,
): NodeRedisOptions {
  const { username, password, pingIntervalMs } = options;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(credentialsProvider === undefined ? {} : { credentialsProvider }),
    ...(pingIntervalMs === 0 ? {} : { pingInterval: pingIntervalMs }),
    name: options.name,
    ...(limitsQueue(options) ? { commandsQueueMaxLength: options.commandsQueueMaxLength } : {}),
  };
}

/**
 * At a reconnect, node-redis 5 and 6 put the handshake into the queue, find it full, and send the
 * waiting commands all the same: without the handshake's SELECT, so to database 0.
 */
function limitsQueue({ target }: ResolvedOptions): boolean {
  return target.kind === 'cluster' || target.database === 0;
}

/** `exactOptionalPropertyTypes` of node-redis: an absent version is the library's own. */
export function respOption(options: ResolvedOptions): { RESP?: RespVersion } {
  return options.RESP === undefined ? {} : { RESP: options.RESP };
}

/** node-redis drops a command that was not written within this time. */
export function commandOptions(options: ResolvedOptions): { readonly timeout: number } {
  return { timeout: options.commandTimeoutMs };
}

export function nodeSocketOptions(
  options: ResolvedOptions,
  phase: ConnectPhase,
): NodeSocketOptions {
  const basics: SocketBasics = {
    connectTimeout: options.connectTimeoutMs,
    ...(options.socketTimeoutMs === 0 ? {} : { socketTimeout: options.socketTimeoutMs }),
    reconnectStrategy: phase.reconnectStrategy,
    signal: phase.socketSignal,
  };
  return options.tls === undefined ? basics : { ...options.tls, ...basics, tls: true };
}

/**
 * Socket options of one server. Node sends no server name to a TLS server by itself, and servers
 * that share an address (those of most clouds) cannot tell then which of them is meant.
 */
export function serverSocketOptions<A extends ParsedRedisUrl['address']>(
  socket: NodeSocketOptions,
  address: A,
): NodeSocketOptions & A {
  const isNamed = 'tls' in socket && 'host' in address && isIP(address.host) === 0;
  return { ...(isNamed ? { servername: address.host } : {}), ...socket, ...address };
}
