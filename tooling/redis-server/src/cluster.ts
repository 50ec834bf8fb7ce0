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
  return { urls: nodes.map((node) => node.url), nodes, stop, [Symbol.asyncDispose]: stop };
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
  const deadline = Date.now() + DEADLINE_MS;
  for (const node of nodes) {
    while (true) {
      const [info = '', table = ''] = await sendCommands(endpointOfUrl(node.url), [
        ['CLUSTER', 'INFO'],
        ['CLUSTER', 'NODES'],
      ]);
      if (knowsAll(info, table, nodes.length)) break;
      if (Date.now() > deadline) {
        throw new Error(`${node.url} is not part of the cluster in ${DEADLINE_MS} ms:\n${table}`);
      }
      await sleep(INTERVAL_MS);
    }
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
