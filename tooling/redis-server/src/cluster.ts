import { setTimeout as sleep } from 'node:timers/promises';

import { infoField } from './info-field.ts';
import type { RedisServer } from './redis-server.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';
import { slotRanges, SLOT_COUNT } from './slot-ranges.ts';
import { startRedisServer } from './start-redis-server.ts';

const DEADLINE_MS = 60_000;
const INTERVAL_MS = 50;

/** Options of {@link startRedisCluster}. */
export interface RedisClusterOptions {
  /**
   * Number of masters.
   * @default 3, the fewest that can elect
   */
  readonly nodes?: number | undefined;
}

/** A running cluster of masters. Dispose it (`await using`) or call `stop()`. */
export interface RedisCluster extends AsyncDisposable {
  readonly urls: readonly string[];
  /** In the order of their slots. Each can be killed, restarted and paused. */
  readonly nodes: readonly RedisServer[];
  /** Hands a slot with its keys from one node to another, while both serve. */
  moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void>;
  /** Starts a replica of a node, and waits until it has what the node has. */
  addReplica(of: RedisServer): Promise<RedisServer>;
  /** Stops every node. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster and waits until every node knows all others and serves all slots.
 *
 * @throws Error as {@link startRedisServer} does, or when the nodes do not agree in time.
 */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const count = options.nodes ?? 3;
  const config = { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' };
  const started = await Promise.allSettled(
    Array.from({ length: count }, () => startRedisServer({ processControl: true, config })),
  );
  const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (const result of started) if (result.status === 'rejected') throw result.reason;
    await join(nodes);
    await waitForAgreement(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const addReplica = async (of: RedisServer): Promise<RedisServer> => {
    const replica = await startRedisServer({ processControl: true, config });
    nodes.push(replica);
    await replicate(replica, of);
    return replica;
  };
  const urls = nodes.map((node) => node.url);
  return { urls, nodes, moveSlot, addReplica, stop, [Symbol.asyncDispose]: stop };
}

async function moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
  const [source, target] = [endpointOfUrl(from.url), endpointOfUrl(to.url)];
  const [sourceId = ''] = await sendCommands(source, [['CLUSTER', 'MYID']]);
  const [targetId = ''] = await sendCommands(target, [['CLUSTER', 'MYID']]);
  const command = ['CLUSTER', 'SETSLOT', String(slot)];
  await sendCommands(target, [[...command, 'IMPORTING', sourceId]]);
  await sendCommands(source, [[...command, 'MIGRATING', targetId]]);
  while (true) {
    const [listed = ''] = await sendCommands(source, [
      ['CLUSTER', 'GETKEYSINSLOT', String(slot), '10'],
    ]);
    if (listed === '') break;
    const [host, port] = [target.host ?? '127.0.0.1', String(target.port)];
    const keys = listed.split('\n');
    await sendCommands(source, [['MIGRATE', host, port, '', '0', '5000', 'KEYS', ...keys]]);
  }
  // The target first: there is no moment at which nobody serves the slot.
  await sendCommands(target, [[...command, 'NODE', targetId]]);
  await sendCommands(source, [[...command, 'NODE', targetId]]);
}

async function replicate(replica: RedisServer, of: RedisServer): Promise<void> {
  const { port } = endpointOfUrl(of.url);
  const [id = ''] = await sendCommands(endpointOfUrl(of.url), [['CLUSTER', 'MYID']]);
  const own = endpointOfUrl(replica.url);
  await sendCommands(own, [['CLUSTER', 'MEET', '127.0.0.1', String(port)]]);
  await until(async () => {
    const [table = ''] = await sendCommands(own, [['CLUSTER', 'NODES']]);
    return table.includes(id) ? undefined : table;
  }, `${replica.url} does not know ${of.url}`);
  await sendCommands(own, [['CLUSTER', 'REPLICATE', id]]);
  await until(async () => {
    const [info = ''] = await sendCommands(own, [['INFO', 'replication']]);
    return infoField(info, 'master_link_status') === 'up' ? undefined : info;
  }, `${replica.url} is no replica of ${of.url}`);
}

/**
 * Waits until nothing is missing.
 *
 * @param missing What a server says as long as something is; `undefined` once all is there.
 * @param late What is said, before that, where it takes too long.
 */
async function until(missing: () => Promise<string | undefined>, late: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (let said = await missing(); said !== undefined; said = await missing()) {
    if (Date.now() > deadline) throw new Error(`${late} in ${DEADLINE_MS} ms:\n${said}`);
    await sleep(INTERVAL_MS);
  }
}

async function join(nodes: readonly RedisServer[]): Promise<void> {
  const peers = nodes.map((node) => endpointOfUrl(node.url).port);
  const ranges = slotRanges(nodes.length);
  for (const [index, node] of nodes.entries()) {
    const [first = 0, last = 0] = ranges[index] ?? [];
    const slots = Array.from({ length: last - first + 1 }, (_, offset) => String(first + offset));
    await sendCommands(endpointOfUrl(node.url), [
      // Nodes with equal epochs would first have to sort out whose slots are whose.
      ['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)],
      // Not ADDSLOTSRANGE, which Redis 6 does not know.
      ['CLUSTER', 'ADDSLOTS', ...slots],
    ]);
  }
  // Everyone meets everyone, which is faster than waiting for gossip.
  for (const [index, node] of nodes.entries()) {
    const meetings = peers
      .slice(index + 1)
      .map((port) => ['CLUSTER', 'MEET', '127.0.0.1', String(port)]);
    if (meetings.length > 0) await sendCommands(endpointOfUrl(node.url), meetings);
  }
}

async function waitForAgreement(nodes: readonly RedisServer[]): Promise<void> {
  for (const node of nodes) {
    await until(async () => {
      const [info = '', table = ''] = await sendCommands(endpointOfUrl(node.url), [
        ['CLUSTER', 'INFO'],
        ['CLUSTER', 'NODES'],
      ]);
      return knowsAll(info, table, nodes.length) ? undefined : table;
    }, `${node.url} is not part of the cluster`);
  }
}

/** Whether a node sees `count` connected masters, itself among them, that serve all slots. */
export function knowsAll(info: string, table: string, count: number): boolean {
  const masters = table
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , flags, , , , , link]) => {
      return (flags === 'master' || flags === 'myself,master') && link === 'connected';
    });
  return (
    infoField(info, 'cluster_state') === 'ok' &&
    infoField(info, 'cluster_slots_ok') === String(SLOT_COUNT) &&
    infoField(info, 'cluster_known_nodes') === String(count) &&
    masters.length === count
  );
}
