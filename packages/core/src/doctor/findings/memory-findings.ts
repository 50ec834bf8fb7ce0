import { isKnown, valueOf } from '../facts/fact.ts';
import { type MemoryFacts, memoryOf, type NodeFacts } from '../facts/node-facts.ts';
import { PACKAGE_NEEDS, type UsedPackage } from '../facts/package-needs.ts';
import { found, type FoundOnNode, unknownBecause } from './finding.ts';
import { bytesText } from './units.ts';

/** The part of its memory from which on a server is nearly full. */
const NEARLY_FULL = 0.8;

/** What the memory of a server, and what it removes when that is full, means for packages. */
export function memoryFindings(
  node: NodeFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  const memory = memoryOf(node);
  return [...evictionFindings(memory, packages), ...limitFindings(memory, packages)];
}

/** The policies: https://redis.io/docs/latest/develop/reference/eviction/ */
function evictionFindings(
  { policy, limitBytes }: MemoryFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  if (!isKnown(policy)) {
    return found('EVICTION_UNKNOWN', unknownBecause('What is evicted', policy), packages);
  }
  const name = policy.value;
  const limit = valueOf(limitBytes);
  const message =
    limit === undefined || limit === 0
      ? `maxmemory-policy is ${name}.`
      : `maxmemory-policy is ${name}, maxmemory ${bytesText(limit)}.`;
  if (name.startsWith('allkeys-')) {
    // A limit that is not told is taken for one: rented servers have it.
    const code = limit === 0 ? 'EVICTS_ANY_KEY_IF_LIMITED' : 'EVICTS_ANY_KEY';
    return found(code, message, packages);
  }
  if (!name.startsWith('volatile-') || limit === 0) return [];
  const always = packages.filter((each) => PACKAGE_NEEDS[each.name].expires === 'always');
  const byOption = packages.filter((each) => PACKAGE_NEEDS[each.name].expires === 'by-option');
  return [
    ...found('EVICTS_QUEUE_STATE', message, always),
    ...found('EVICTS_EXPIRING_KEYS', message, byOption),
  ];
}

function limitFindings(
  { policy, limitBytes, usedBytes }: MemoryFacts,
  packages: readonly UsedPackage[],
): readonly FoundOnNode[] {
  if (!isKnown(limitBytes)) {
    return found('MEMORY_UNKNOWN', unknownBecause('The memory limit', limitBytes), packages);
  }
  const limit = limitBytes.value;
  if (limit === 0) return found('NO_MEMORY_LIMIT', 'maxmemory is 0: no limit.', packages);
  // Such a server is full as a rule, and makes room: another finding says how.
  if (valueOf(policy)?.startsWith('allkeys-') === true) return [];
  if (!isKnown(usedBytes)) {
    return found('MEMORY_UNKNOWN', unknownBecause('The memory in use', usedBytes), packages);
  }
  const part = usedBytes.value / limit;
  if (part < NEARLY_FULL) return [];
  const message = `${bytesText(usedBytes.value)} of ${bytesText(limit)} are used (${Math.floor(part * 100)} %).`;
  return found(part < 1 ? 'MEMORY_NEARLY_FULL' : 'MEMORY_FULL', message, packages);
}
