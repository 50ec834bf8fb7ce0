import type { ConnectionOptions } from 'node:tls';

import {
  isRecord,
  milliseconds,
  optionalText,
  type UncheckedOptions,
  wholeNumber,
} from '../shared/check-options.ts';
import type { RedisCredentialsProvider } from '../credentials/connection-credentials.ts';
import type { RespVersion } from './client-types.ts';
import { invalidOption } from '../shared/invalid-option.ts';

/** Checked options that every kind of connection has, defaults filled in. */
export interface ResolvedCommon {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly credentialsProvider: RedisCredentialsProvider | undefined;
  readonly tls: ConnectionOptions | undefined;
  readonly name: string;
  readonly RESP: RespVersion | undefined;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly commandsQueueMaxLength: number;
  readonly pingIntervalMs: number;
  readonly socketTimeoutMs: number;
  readonly onError: ((error: Error) => void) | undefined;
}

/** Their names. */
export const COMMON_NAMES: readonly string[] = [
  'username',
  'password',
  'credentialsProvider',
  'tls',
  'name',
  'RESP',
  'connectTimeoutMs',
  'commandTimeoutMs',
  'commandsQueueMaxLength',
  'pingIntervalMs',
  'socketTimeoutMs',
  'onError',
];

/** What {@link isClientName} asks for, for messages. */
export const CLIENT_NAME_RULE = 'printable ASCII without spaces';

/** Whether Redis takes a name of a connection: https://redis.io/docs/latest/commands/client-setname/ */
export function isClientName(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]+$/.test(value);
}

/** @throws {A2ARedisError} `INVALID_OPTION`. */
export function resolveCommon(options: UncheckedOptions): ResolvedCommon {
  const pingIntervalMs = milliseconds(options['pingIntervalMs'] ?? 10_000, 'pingIntervalMs', 0);
  const socketTimeoutMs = milliseconds(options['socketTimeoutMs'] ?? 30_000, 'socketTimeoutMs', 0);
  if (socketTimeoutMs !== 0 && (pingIntervalMs === 0 || socketTimeoutMs <= pingIntervalMs)) {
    throw invalidOption(
      'socketTimeoutMs',
      `(${socketTimeoutMs}) must be 0 or longer than "pingIntervalMs" (${pingIntervalMs}, and not 0), or idle connections would be dropped`,
    );
  }
  const username = optionalText(options['username'], 'username');
  const password = optionalText(options['password'], 'password');
  return {
    username,
    password,
    credentialsProvider: credentialsProvider(options['credentialsProvider'], {
      username,
      password,
    }),
    tls: tlsOptions(options['tls']),
    name: clientName(options['name']),
    RESP: respVersion(options['RESP']),
    connectTimeoutMs: milliseconds(options['connectTimeoutMs'] ?? 5000, 'connectTimeoutMs', 1),
    commandTimeoutMs: milliseconds(options['commandTimeoutMs'] ?? 5000, 'commandTimeoutMs', 1),
    commandsQueueMaxLength: wholeNumber(
      options['commandsQueueMaxLength'] ?? 10_000,
      'commandsQueueMaxLength',
      // The handshake of a connection takes up to eight places itself.
      16,
    ),
    pingIntervalMs,
    socketTimeoutMs,
    onError: errorListener(options['onError']),
  };
}

/** What it provides stands for both options. */
function credentialsProvider(
  value: unknown,
  beside: Readonly<Record<string, string | undefined>>,
): RedisCredentialsProvider | undefined {
  if (value === undefined) return undefined;
  if (!isCredentialsProvider(value)) {
    throw invalidOption('credentialsProvider', 'must be a credentials provider of node-redis');
  }
  for (const [name, other] of Object.entries(beside)) {
    if (other !== undefined) {
      throw invalidOption(name, 'has no meaning beside "credentialsProvider"');
    }
  }
  return value;
}

function isCredentialsProvider(value: unknown): value is RedisCredentialsProvider {
  if (!isRecord(value)) return false;
  const has = (name: string): boolean => typeof value[name] === 'function';
  return value['type'] === 'async-credentials-provider'
    ? has('credentials')
    : value['type'] === 'streaming-credentials-provider' &&
        has('subscribe') &&
        has('onReAuthenticationError');
}

function tlsOptions(value: unknown): ConnectionOptions | undefined {
  if (value === undefined) return undefined;
  if (value === true) return {};
  if (!isRecord(value)) throw invalidOption('tls', 'must be true or options of tls.connect');
  return value;
}

function clientName(value: unknown): string {
  const name = optionalText(value, 'name') ?? `@a2a-redis/core:${process.pid}`;
  if (!isClientName(name)) throw invalidOption('name', `must be ${CLIENT_NAME_RULE}`);
  return name;
}

function respVersion(value: unknown): RespVersion | undefined {
  if (value === undefined || value === 2 || value === 3) return value;
  throw invalidOption('RESP', 'must be 2 or 3');
}

function errorListener(value: unknown): ((error: Error) => void) | undefined {
  if (value === undefined || isErrorListener(value)) return value;
  throw invalidOption('onError', 'must be a function');
}

function isErrorListener(value: unknown): value is (error: Error) => void {
  return typeof value === 'function';
}
