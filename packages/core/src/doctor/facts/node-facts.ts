import type { Layout } from '../../layout/server-layout.ts';
import type { ClockFacts } from './clock-facts.ts';
import { eitherFact, type Fact, mapFact } from './fact.ts';
import type { UsedPackage } from './package-needs.ts';
import type { ServerIdentity } from './server-identity.ts';
import { fieldOf, type Fields, numberOf } from './server-replies.ts';

/**
 * What a server says of a call:
 *
 * - `allowed`: it knows the command, and the user may run it.
 * - `denied`: it knows the command, and the user may not run it, or not on that key or channel.
 * - `missing`: it knows no such command.
 * - `untold`: it knows the command, and has no way to ask whether the user may run it.
 */
export type CallAnswer = 'allowed' | 'denied' | 'missing' | 'untold';

/** The answer to each call of each package. */
export type CallAnswers = ReadonlyMap<UsedPackage, ReadonlyMap<string, CallAnswer>>;

/** What one server said, and why it did not where it did not. */
export interface NodeFacts {
  /** `host:port` of a node of a cluster; `undefined` for what a client knows as one server. */
  readonly address: string | undefined;
  readonly identity: Fact<ServerIdentity>;
  /** The fields of `INFO`. */
  readonly info: Fact<Fields>;
  /** Those of `CONFIG GET` that are asked for. */
  readonly settings: Fact<Fields>;
  /** The fields of `CLUSTER INFO`, where the server says that it is part of a cluster. */
  readonly cluster: Fact<Fields> | undefined;
  /** Whether it sends the client elsewhere for some keys, which a client for one server does not follow. */
  readonly redirects: boolean;
  /** What it says of the calls of each package: see `probedCalls`. */
  readonly calls: Fact<CallAnswers>;
  /** Whether the user may do everything, where `calls` does not tell. */
  readonly mayDoEverything: Fact<boolean> | undefined;
  readonly clock: Fact<ClockFacts>;
}

/** A node of a cluster that gave no answer. */
export interface UnreachableNode {
  readonly address: string | undefined;
  /** What the error said. */
  readonly failure: string;
}

/** What all that was asked said. */
export interface ServerFacts {
  /** `undefined` where the user may not even find that out. */
  readonly layout: Layout | undefined;
  readonly user: string | undefined;
  /** At least one. */
  readonly nodes: readonly NodeFacts[];
  readonly unreachable: readonly UnreachableNode[];
}

/** Whether a node was asked, and said something. */
export function hasAnswered(node: NodeFacts | UnreachableNode): node is NodeFacts {
  return 'info' in node;
}

/** A field of `INFO`. */
export function infoField({ info }: NodeFacts, name: string): Fact<string> {
  return mapFact(info, (fields) => fieldOf(fields, name, 'INFO'));
}

/** A setting, as `CONFIG GET` has it. */
export function setting({ settings }: NodeFacts, name: string): Fact<string> {
  return mapFact(settings, (fields) => fieldOf(fields, name, 'CONFIG GET'));
}

/** The settings that are asked for. What `INFO` tells, too, is for servers whose `INFO` does not. */
export const SETTINGS = [
  'maxmemory',
  'maxmemory-policy',
  'appendonly',
  'appendfsync',
  'save',
  'min-replicas-to-write',
  'client-output-buffer-limit',
  'timeout',
] as const;

/** What a server keeps in memory, at most, and what goes when it is full. */
export interface MemoryFacts {
  readonly policy: Fact<string>;
  /** 0 for none. */
  readonly limitBytes: Fact<number>;
  readonly usedBytes: Fact<number>;
}

/** What is known of the memory of a server. */
export function memoryOf(node: NodeFacts): MemoryFacts {
  const limit = eitherFact(infoField(node, 'maxmemory'), setting(node, 'maxmemory'));
  return {
    policy: eitherFact(infoField(node, 'maxmemory_policy'), setting(node, 'maxmemory-policy')),
    limitBytes: mapFact(limit, (text) => numberOf('maxmemory', text)),
    usedBytes: mapFact(infoField(node, 'used_memory'), (text) => numberOf('used_memory', text)),
  };
}

/** Whether a server takes writes (`primary`) or follows another one. */
export type ServerRole = 'primary' | 'replica';

/** The role of a server. */
export function roleOf(node: NodeFacts): Fact<ServerRole> {
  return mapFact(infoField(node, 'role'), (role) => {
    if (role === 'master') return { value: 'primary' };
    if (role === 'slave') return { value: 'replica' };
    return { because: `INFO tells role ${JSON.stringify(role)}` };
  });
}
