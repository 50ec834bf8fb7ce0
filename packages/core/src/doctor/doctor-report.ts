import type { Layout } from '../layout/server-layout.ts';
import { valueOf } from './facts/fact.ts';
import {
  hasAnswered,
  memoryOf,
  type NodeFacts,
  roleOf,
  type ServerFacts,
  type UnreachableNode,
} from './facts/node-facts.ts';
import type { RedisDoctorPackageName, UsedPackage } from './facts/package-needs.ts';
import { findingsOf } from './findings/all-findings.ts';
import type { RedisDoctorFinding } from './findings/finding.ts';

/** One server: a node of a cluster, or what a client knows as one server. What is `undefined` is not known. */
export interface RedisDoctorNode {
  /** `host:port` of a node of a cluster; `undefined` for a single server. */
  readonly address: string | undefined;
  readonly role: 'primary' | 'replica' | undefined;
  /** Memory in use, in bytes. */
  readonly usedMemoryBytes: number | undefined;
  /** The setting `maxmemory`, in bytes; 0 for no limit. */
  readonly maxMemoryBytes: number | undefined;
  /** The setting `maxmemory-policy`. */
  readonly evictionPolicy: string | undefined;
  /** The shortest of some round trips, in milliseconds. */
  readonly roundTripMs: number | undefined;
  /** How far the clock of this process is ahead of the server's, in milliseconds; less than 0 where it is behind. */
  readonly clockAheadMs: number | undefined;
  /** By how much `clockAheadMs` may be wrong, either way: half a round trip, and the millisecond that clocks tell. */
  readonly clockUncertaintyMs: number | undefined;
}

/** What `redisDoctor` was told of a server. What is `undefined` is not known. */
export interface RedisDoctorServer {
  /** `Redis`, `Valkey`, `KeyDB`, `Dragonfly`, `Upstash` and the like. */
  readonly product: string | undefined;
  /** Who runs it, where the server says so: `Amazon ElastiCache`, for one. */
  readonly service: string | undefined;
  /** The version of the product. */
  readonly version: string | undefined;
  /** That of the Redis which the server says to be like. */
  readonly redisVersion: string | undefined;
  /** Whether it has hash slots (`cluster`). */
  readonly layout: Layout | undefined;
  /** The user of the client. */
  readonly user: string | undefined;
  /** Each master of a cluster, or the one server. */
  readonly nodes: readonly RedisDoctorNode[];
}

/** What `redisDoctor` resolves to. It is data: `JSON.stringify` it, or see {@link formatDoctorReport}. */
export interface RedisDoctorReport {
  readonly server: RedisDoctorServer;
  /** What was asked for. */
  readonly packages: readonly RedisDoctorPackageName[];
  /** Errors first, then warnings, what is not known, and what is good to know. */
  readonly findings: readonly RedisDoctorFinding[];
}

/** The report of what a server said. */
export function reportOf(facts: ServerFacts, packages: readonly UsedPackage[]): RedisDoctorReport {
  const identity = facts.nodes.map((node) => valueOf(node.identity)).find((each) => each);
  return {
    server: {
      product: identity?.product,
      service: identity?.service,
      version: identity?.version,
      redisVersion: identity?.redisVersion,
      layout: facts.layout,
      user: facts.user,
      nodes: [...facts.nodes, ...facts.unreachable].map(nodeOf),
    },
    packages: [...new Set(packages.map(({ name }) => name))],
    findings: findingsOf(facts, packages),
  };
}

function nodeOf(node: NodeFacts | UnreachableNode): RedisDoctorNode {
  const facts = hasAnswered(node) ? node : undefined;
  const memory = facts && memoryOf(facts);
  const clock = facts && valueOf(facts.clock);
  return {
    address: node.address,
    role: facts && valueOf(roleOf(facts)),
    usedMemoryBytes: memory && valueOf(memory.usedBytes),
    maxMemoryBytes: memory && valueOf(memory.limitBytes),
    evictionPolicy: memory && valueOf(memory.policy),
    roundTripMs: clock?.roundTripMs,
    clockAheadMs: clock?.aheadMs,
    clockUncertaintyMs: clock?.uncertaintyMs,
  };
}
