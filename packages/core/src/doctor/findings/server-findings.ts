import type { Layout } from '../../layout/server-layout.ts';
import { isKnown, mapFact } from '../facts/fact.ts';
import { type NodeFacts, setting } from '../facts/node-facts.ts';
import { PACKAGE_NEEDS, type UsedPackage } from '../facts/package-needs.ts';
import { isAtLeast } from '../facts/server-identity.ts';
import { fieldOf, numberOf, pubsubBufferLimit } from '../facts/server-replies.ts';
import { found, type FoundOnNode, unknownBecause } from './finding.ts';
import { bytesText, timeText } from './units.ts';

/** The oldest Redis that will do. */
const OLDEST = [6, 2] as const;
/** The oldest that has sharded messages, by which queues of a cluster go. */
const OLDEST_OF_CLUSTER_QUEUES = [7, 0] as const;
/** What the tests of the packages run on. */
const TRIED: ReadonlySet<string> = new Set(['Redis', 'Valkey']);

/** From here on, clocks are told to differ, in milliseconds: far more than those that are kept in step. */
const CLOCKS_DIFFER_MS = 1000;
/** From here on, a call is told to take long, in milliseconds: no network within a region does. */
const SLOW_MS = 50;
/** A connection for messages should hold so much, in bytes: less than Redis gives it, and a few long messages. */
const ENOUGH_BUFFER_BYTES = 8 * 1024 * 1024;
/** How many messages a subscriber may be behind. */
const MOST_BEHIND = 1000;

/** What a server is, and whether that will do. */
export function identityFindings(
  { identity }: NodeFacts,
  layout: Layout,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  if (!isKnown(identity)) {
    return found('VERSION_UNKNOWN', unknownBecause('The version', identity), packages);
  }
  const { product, service, version = '', redisVersion = '' } = identity.value;
  const name = [product, version].join(' ').trim();
  const shown = service === undefined ? name : `${name} (${service})`;
  const untried =
    TRIED.has(product) && service === undefined
      ? []
      : found('SERVER_NOT_TRIED', `The server is ${shown}.`, packages);
  // All versions of it are newer than the Redis that it comes from.
  if (product === 'Valkey') return untried;
  const isNewEnough = isAtLeast(redisVersion, OLDEST);
  if (isNewEnough === undefined) {
    const because = `it tells ${JSON.stringify(redisVersion)}`;
    return [
      ...untried,
      ...found('VERSION_UNKNOWN', unknownBecause('The version', { because }), packages),
    ];
  }
  const tooOldFor = isNewEnough
    ? packages.filter(({ name: each }) => {
        const publishes = PACKAGE_NEEDS[each].longestMessageBytes !== undefined;
        return (
          layout === 'cluster' &&
          publishes &&
          isAtLeast(redisVersion, OLDEST_OF_CLUSTER_QUEUES) === false
        );
      })
    : packages;
  const like = redisVersion === version ? '' : `, and like Redis ${redisVersion}`;
  return [...untried, ...found('SERVER_TOO_OLD', `The server is ${shown}${like}.`, tooOldFor)];
}

/** Whether the cluster of a node serves, and this client gets to its keys. */
export function clusterFindings(
  { cluster, redirects }: NodeFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  if (cluster === undefined) return [];
  if (redirects) {
    const message = 'The server is one node of a cluster, and the client knows no other.';
    return found('CLUSTER_CLIENT_NEEDED', message, packages);
  }
  const state = mapFact(cluster, (fields) => fieldOf(fields, 'cluster_state', 'CLUSTER INFO'));
  if (!isKnown(state)) {
    return found('CLUSTER_UNKNOWN', unknownBecause('The state of the cluster', state), packages);
  }
  if (state.value === 'ok') return [];
  return found('CLUSTER_DOWN', `cluster_state is ${state.value}.`, packages);
}

/** How far the clocks of server and process differ, and how long a call takes. */
export function clockFindings(
  { clock }: NodeFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  if (!isKnown(clock)) {
    return found('CLOCK_UNKNOWN', unknownBecause('Clock and round trip', clock), packages);
  }
  const { aheadMs, uncertaintyMs, roundTripMs } = clock.value;
  const side = aheadMs < 0 ? 'behind' : 'ahead of';
  const differ = `This process is ${timeText(Math.abs(aheadMs))} ${side} the server.`;
  const slow = `A round trip takes ${timeText(roundTripMs)} at the least.`;
  return [
    ...found(
      'CLOCK_DIFFERS',
      differ,
      Math.abs(aheadMs) - uncertaintyMs < CLOCKS_DIFFER_MS ? [] : packages,
    ),
    ...found('SLOW_ROUND_TRIP', slow, roundTripMs < SLOW_MS ? [] : packages),
  ];
}

/** When the server disconnects clients. */
export function connectionFindings(
  node: NodeFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  return [...bufferFindings(node, packages), ...idleFindings(node, packages)];
}

function bufferFindings(node: NodeFacts, packages: readonly UsedPackage[]): readonly FoundOnNode[] {
  // Of short ones, more than anybody is behind fit into any buffer.
  const queues = packages.filter((each) => longest(each) * MOST_BEHIND > ENOUGH_BUFFER_BYTES);
  const limit = mapFact(setting(node, 'client-output-buffer-limit'), pubsubBufferLimit);
  if (!isKnown(limit)) {
    const message = unknownBecause('The output buffer of subscribers', limit);
    return found('PUBSUB_BUFFER_UNKNOWN', message, queues);
  }
  const { hardBytes } = limit.value;
  if (hardBytes === 0 || hardBytes >= ENOUGH_BUFFER_BYTES) return [];
  const message = `client-output-buffer-limit is pubsub ${bytesText(hardBytes)}.`;
  const tooSmallFor = queues.filter((each) => longest(each) > hardBytes);
  const smallFor = queues.filter((each) => longest(each) <= hardBytes);
  return [
    ...found('PUBSUB_BUFFER_BELOW_MESSAGE', message, tooSmallFor),
    ...found('PUBSUB_BUFFER_SMALL', message, smallFor),
  ];
}

function idleFindings(node: NodeFacts, packages: readonly UsedPackage[]): readonly FoundOnNode[] {
  const timeout = mapFact(setting(node, 'timeout'), (text) => numberOf('timeout', text));
  if (!isKnown(timeout)) {
    const message = unknownBecause('The timeout of quiet connections', timeout);
    return found('IDLE_TIMEOUT_UNKNOWN', message, packages);
  }
  const seconds = timeout.value;
  return seconds === 0 ? [] : found('IDLE_TIMEOUT', `timeout is ${seconds} seconds.`, packages);
}

function longest({ name }: UsedPackage): number {
  return PACKAGE_NEEDS[name].longestMessageBytes ?? 0;
}
