import {
  hasAnswered,
  type NodeFacts,
  type ServerFacts,
  type UnreachableNode,
} from '../facts/node-facts.ts';
import type { RedisDoctorPackageName, UsedPackage } from '../facts/package-needs.ts';
import { callFindings } from './call-findings.ts';
import { persistenceFindings, replicationFindings } from './durability-findings.ts';
import { FINDING_TEXTS } from './finding-texts.ts';
import { found, type FoundOnNode, type RedisDoctorFinding } from './finding.ts';
import { memoryFindings } from './memory-findings.ts';
import {
  clockFindings,
  clusterFindings,
  connectionFindings,
  identityFindings,
} from './server-findings.ts';

/**
 * What the facts about a server mean for packages: in the order of the table of findings, and what is found on several
 * nodes, or for several packages, once.
 */
export function findingsOf(
  facts: ServerFacts,
  packages: readonly UsedPackage[],
): readonly RedisDoctorFinding[] {
  const merged = new Map<string, RedisDoctorFinding>();
  for (const node of [...facts.nodes, ...facts.unreachable]) {
    for (const each of findingsOn(node, facts, packages)) {
      const known = merged.get(`${each.code} ${each.message}`);
      merged.set(`${each.code} ${each.message}`, {
        ...each,
        packages: inOrder(packages, [...(known?.packages ?? []), ...each.packages]),
        nodes: [...new Set([...(known?.nodes ?? []), ...addressOf(node)])],
      });
    }
  }
  const codes: readonly string[] = Object.keys(FINDING_TEXTS);
  return [...merged.values()].toSorted((a, b) => codes.indexOf(a.code) - codes.indexOf(b.code));
}

function findingsOn(
  node: NodeFacts | UnreachableNode,
  facts: ServerFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  if (!hasAnswered(node)) {
    return found('NODE_UNREACHABLE', `It could not be asked: ${node.failure}`, packages);
  }
  const layout = facts.layout ?? 'single';
  return [
    ...identityFindings(node, layout, packages),
    ...callFindings(node, layout, packages),
    ...clusterFindings(node, packages),
    ...replicationFindings(node, packages),
    ...memoryFindings(node, packages),
    ...persistenceFindings(node, packages),
    ...connectionFindings(node, packages),
    ...clockFindings(node, packages),
  ];
}

function addressOf({ address }: NodeFacts | UnreachableNode): readonly string[] {
  return address === undefined ? [] : [address];
}

/** Those that the application named, in its order, each once. */
function inOrder(
  packages: readonly UsedPackage[],
  concerned: readonly RedisDoctorPackageName[],
): readonly RedisDoctorPackageName[] {
  const names = new Set(packages.map(({ name }) => name));
  return [...names].filter((name) => concerned.includes(name));
}
