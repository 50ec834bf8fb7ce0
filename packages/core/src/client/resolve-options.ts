import {
  checkNames,
  isRecord,
  optionalText,
  type UncheckedOptions,
  wholeNumber,
} from '../shared/check-options.ts';
import { invalidOption } from '../shared/invalid-option.ts';
import type { RedisAddress, RedisAddressMap } from './options.ts';
import { type ParsedRedisUrl, parseRedisUrl } from './parse-redis-url.ts';
import { COMMON_NAMES, resolveCommon, type ResolvedCommon } from './resolve-common-options.ts';

/** Checked options of a connection, defaults filled in, URLs taken apart. */
export interface ResolvedOptions extends ResolvedCommon {
  readonly target: RedisTarget;
}

/** Which kind of client to make, and of what. */
export type RedisTarget =
  | (ServerTarget & { readonly kind: 'client' })
  | (ServerTarget & { readonly kind: 'pool'; readonly maxConnections: number })
  | ClusterTarget
  | SentinelTarget;

interface ServerTarget {
  readonly address: ParsedRedisUrl['address'];
  readonly database: number;
}

/** Some nodes of a cluster. */
export interface ClusterTarget {
  readonly kind: 'cluster';
  readonly rootNodes: readonly RedisAddress[];
  readonly nodeAddressMap: RedisAddressMap | undefined;
}

/** Some sentinels, and what they watch. */
export interface SentinelTarget {
  readonly kind: 'sentinel';
  readonly masterName: string;
  readonly rootNodes: readonly RedisAddress[];
  readonly nodeAddressMap: RedisAddressMap | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly database: number;
  readonly maxConnections: number;
}

const NAMES = ['url', 'cluster', 'sentinel', 'database', 'maxConnections', ...COMMON_NAMES];

const DEFAULT_URL = 'redis://localhost:6379';

/**
 * Checks the options of `createRedisClient` and fills in the defaults. Touches no network.
 *
 * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
 */
export function resolveOptions(input: unknown = {}): ResolvedOptions {
  const options = checkNames(input, NAMES, '');
  const common = resolveCommon(options);
  if (options['cluster'] !== undefined) return resolveCluster(options, common);
  if (options['sentinel'] !== undefined) return resolveSentinel(options, common);
  return resolveServer(options, common);
}

function resolveServer(options: UncheckedOptions, common: ResolvedCommon): ResolvedOptions {
  const url = parseRedisUrl(options['url'] ?? DEFAULT_URL, 'url');
  const database = options['database'];
  if (database !== undefined && url.database !== undefined) {
    throw invalidOption('database', 'is given twice, here and in "url"');
  }
  const server = {
    address: url.address,
    database: wholeNumber(database ?? url.database ?? 0, 'database', 0),
  };
  const maxConnections = wholeNumber(options['maxConnections'] ?? 1, 'maxConnections', 1);
  return {
    ...withUrl(common, url, 'url'),
    target:
      maxConnections === 1
        ? { ...server, kind: 'client' }
        : { ...server, kind: 'pool', maxConnections },
  };
}

function resolveCluster(options: UncheckedOptions, common: ResolvedCommon): ResolvedOptions {
  refuseBeside('cluster', options, ['url', 'sentinel', 'maxConnections', 'database']);
  const cluster = Array.isArray(options['cluster'])
    ? { rootNodes: options['cluster'] }
    : checkNames(options['cluster'], ['rootNodes', 'nodeAddressMap'], 'cluster.');
  const fromUrls: ResolvedCommon[] = [];
  const rootNodes = list(cluster['rootNodes'], 'cluster.rootNodes').map((node, index) => {
    const option = `cluster.rootNodes[${index}]`;
    if (typeof node !== 'string') return addressOf(node, option);
    const url = parseRedisUrl(node, option);
    if (!('host' in url.address)) throw invalidOption(option, 'must name a host');
    if ((url.database ?? 0) !== 0)
      throw invalidOption(option, 'names a database; a cluster has one');
    fromUrls.push(withUrl(common, url, option));
    refuseDifference(fromUrls, option);
    return url.address;
  });
  const nodeAddressMap = addressMap(cluster['nodeAddressMap'], 'cluster.nodeAddressMap');
  return { ...(fromUrls[0] ?? common), target: { kind: 'cluster', rootNodes, nodeAddressMap } };
}

/** The nodes of a cluster share credentials and TLS; a URL that differs from the first is a slip. */
function refuseDifference(nodes: readonly ResolvedCommon[], option: string): void {
  const [first, last] = [nodes[0], nodes.at(-1)];
  const differs =
    first?.username !== last?.username ||
    first?.password !== last?.password ||
    (first?.tls === undefined) !== (last?.tls === undefined);
  if (differs) throw invalidOption(option, 'differs from another node in credentials or scheme');
}

function resolveSentinel(options: UncheckedOptions, common: ResolvedCommon): ResolvedOptions {
  refuseBeside('sentinel', options, ['url']);
  const sentinel = checkNames(
    options['sentinel'],
    ['name', 'rootNodes', 'username', 'password', 'nodeAddressMap'],
    'sentinel.',
  );
  const masterName = optionalText(sentinel['name'], 'sentinel.name');
  if (masterName === undefined) throw invalidOption('sentinel.name', 'is missing');
  return {
    ...common,
    target: {
      kind: 'sentinel',
      masterName,
      rootNodes: list(sentinel['rootNodes'], 'sentinel.rootNodes').map((node, index) =>
        addressOf(node, `sentinel.rootNodes[${index}]`),
      ),
      nodeAddressMap: addressMap(sentinel['nodeAddressMap'], 'sentinel.nodeAddressMap'),
      sentinelUsername: optionalText(sentinel['username'], 'sentinel.username'),
      sentinelPassword: optionalText(sentinel['password'], 'sentinel.password'),
      database: wholeNumber(options['database'] ?? 0, 'database', 0),
      maxConnections: wholeNumber(options['maxConnections'] ?? 1, 'maxConnections', 1),
    },
  };
}

/** Adds what a URL says to the options, and refuses what both say. */
function withUrl(common: ResolvedCommon, url: ParsedRedisUrl, option: string): ResolvedCommon {
  for (const name of ['username', 'password'] as const) {
    if (common[name] !== undefined && url[name] !== undefined) {
      throw invalidOption(name, `is given twice, here and in "${option}"`);
    }
  }
  if (common.credentialsProvider !== undefined && (url.username ?? url.password) !== undefined) {
    throw invalidOption('credentialsProvider', `has no meaning beside credentials in "${option}"`);
  }
  if (common.tls !== undefined && !url.tls) {
    throw invalidOption('tls', `contradicts "${option}", which must start with rediss://`);
  }
  return {
    ...common,
    username: common.username ?? url.username,
    password: common.password ?? url.password,
    tls: common.tls ?? (url.tls ? {} : undefined),
  };
}

function refuseBeside(main: string, options: UncheckedOptions, others: readonly string[]): void {
  for (const name of others) {
    if (options[name] !== undefined) throw invalidOption(name, `has no meaning beside "${main}"`);
  }
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidOption(name, 'must be a list that is not empty');
  }
  return value;
}

function addressOf(value: unknown, name: string): RedisAddress {
  const node = checkNames(value, ['host', 'port'], `${name}.`);
  const host = optionalText(node['host'], `${name}.host`);
  if (host === undefined) throw invalidOption(`${name}.host`, 'is missing');
  return { host, port: wholeNumber(node['port'], `${name}.port`, 1, 65_535) };
}

function addressMap(value: unknown, name: string): RedisAddressMap | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw invalidOption(name, 'must be an object');
  return Object.fromEntries(
    Object.entries(value).map(([from, to]) => [from, addressOf(to, `${name}[${from}]`)]),
  );
}
