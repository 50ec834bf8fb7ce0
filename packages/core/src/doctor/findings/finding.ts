import type { RedisDoctorPackageName, UsedPackage } from '../facts/package-needs.ts';
import {
  FINDING_TEXTS,
  type RedisDoctorFindingCode,
  type RedisDoctorSeverity,
} from './finding-texts.ts';

/** Something that `redisDoctor` found out about a server. */
export interface RedisDoctorFinding {
  /** What it is, as a stable text to branch on. */
  readonly code: RedisDoctorFindingCode;
  readonly severity: RedisDoctorSeverity;
  /** What was found on this server, in one sentence. */
  readonly message: string;
  /** What that means for the packages. The same for each finding with this code. */
  readonly meaning: string;
  /** What to do. The same for each finding with this code. */
  readonly advice: string;
  /** The packages that it concerns, of those that were asked for. */
  readonly packages: readonly RedisDoctorPackageName[];
  /** The nodes of a cluster that it was found on, as `host:port`; empty for a single server. */
  readonly nodes: readonly string[];
}

/** A finding on one server. */
export type FoundOnNode = Omit<RedisDoctorFinding, 'nodes'>;

/** What was found, where it concerns any package. */
export function found(
  code: RedisDoctorFindingCode,
  message: string,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  const names = [...new Set(packages.map(({ name }) => name))];
  return names.length === 0 ? [] : [{ code, ...FINDING_TEXTS[code], message, packages: names }];
}

/** The sentence of a finding that something is not known. */
export function unknownBecause(what: string, { because }: { readonly because: string }): string {
  return `${what}: unknown, because ${because}.`;
}
