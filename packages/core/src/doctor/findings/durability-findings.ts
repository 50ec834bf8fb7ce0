import { eitherFact, type Fact, isKnown, mapFact, valueOf } from '../facts/fact.ts';
import { infoField, type NodeFacts, roleOf, setting } from '../facts/node-facts.ts';
import { PACKAGE_NEEDS, type UsedPackage } from '../facts/package-needs.ts';
import { numberOf } from '../facts/server-replies.ts';
import { found, type FoundOnNode, unknownBecause } from './finding.ts';

/** What a server writes to its disk: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
export function persistenceFindings(
  node: NodeFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  const failing = ['aof_last_write_status', 'rdb_last_bgsave_status'].filter(
    (field) => valueOf(infoField(node, field)) === 'err',
  );
  const failed = failing.map((field) => `INFO tells ${field} err.`);
  const lasting = packages.filter(({ name }) => PACKAGE_NEEDS[name].isLasting);
  return [
    ...failed.flatMap((message) => found('PERSISTENCE_FAILS', message, packages)),
    ...keptFindings(node, lasting),
  ];
}

function keptFindings(node: NodeFacts, lasting: readonly UsedPackage[]): readonly FoundOnNode[] {
  const enabled = eitherFact(infoField(node, 'aof_enabled'), setting(node, 'appendonly'));
  if (!isKnown(enabled)) {
    return found('PERSISTENCE_UNKNOWN', unknownBecause('An append-only file', enabled), lasting);
  }
  if (enabled.value === '1' || enabled.value === 'yes') {
    return fsyncFindings(setting(node, 'appendfsync'), lasting);
  }
  const save = setting(node, 'save');
  const off = 'There is no append-only file';
  if (!isKnown(save)) {
    return found('PERSISTENCE_UNKNOWN', unknownBecause(`${off}; snapshots`, save), lasting);
  }
  return save.value === ''
    ? found('NO_PERSISTENCE', `${off}, and no snapshot is made.`, lasting)
    : found('ONLY_SNAPSHOTS', `${off}; snapshots are made by save ${save.value}.`, lasting);
}

function fsyncFindings(
  fsync: Fact<string>,
  lasting: readonly UsedPackage[],
): readonly FoundOnNode[] {
  if (!isKnown(fsync)) {
    const what = 'There is an append-only file; when it reaches the disk';
    return found('PERSISTENCE_UNKNOWN', unknownBecause(what, fsync), lasting);
  }
  const message = `appendfsync is ${fsync.value}.`;
  if (fsync.value === 'always') return [];
  return found(fsync.value === 'no' ? 'FSYNC_BY_SYSTEM' : 'FSYNC_EVERY_SECOND', message, lasting);
}

/** Who follows a server, and whether writes wait for that. */
export function replicationFindings(
  node: NodeFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  const role = roleOf(node);
  if (!isKnown(role)) {
    return found('REPLICAS_UNKNOWN', unknownBecause('Replicas', role), packages);
  }
  if (role.value === 'replica') {
    const host = valueOf(infoField(node, 'master_host')) ?? 'another server';
    const port = valueOf(infoField(node, 'master_port'));
    const of = port === undefined ? host : `${host}:${port}`;
    return found('IS_REPLICA', `The server is a replica of ${of}.`, packages);
  }
  const replicas = countOf('connected_slaves', infoField(node, 'connected_slaves'));
  const least = countOf('min-replicas-to-write', setting(node, 'min-replicas-to-write'));
  const good = valueOf(infoField(node, 'min_slaves_good_slaves'));
  const following =
    good === undefined ? replicas : countOf('min_slaves_good_slaves', { value: good });
  if (isKnown(least) && least.value > 0 && isKnown(following) && following.value < least.value) {
    const message = `min-replicas-to-write is ${least.value}, and ${followers(following.value)}.`;
    return found('REPLICAS_MISSING', message, packages);
  }
  if (!isKnown(replicas)) {
    return found('REPLICAS_UNKNOWN', unknownBecause('Replicas', replicas), packages);
  }
  if (replicas.value === 0) return found('NO_REPLICA', 'No replica follows.', packages);
  if (!isKnown(least)) {
    const what = `${followers(replicas.value)}; whether writes wait for that`;
    return found('REPLICAS_UNKNOWN', unknownBecause(what, least), packages);
  }
  if (least.value > 0) return [];
  const message = `${followers(replicas.value)}, and no write waits for that.`;
  return found('FAILOVER_LOSES_WRITES', message, packages);
}

function countOf(name: string, text: Fact<string>): Fact<number> {
  return mapFact(text, (value) => numberOf(name, value));
}

function followers(count: number): string {
  return count === 1 ? '1 replica follows' : `${count} replicas follow`;
}
