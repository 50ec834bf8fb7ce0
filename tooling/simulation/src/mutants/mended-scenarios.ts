import { MENDED_FAULTS } from '../mended-faults.ts';
import type { Origin } from '../scenario/generate.ts';

/** A scenario that showed faults, which were mended. */
interface MendedScenario extends Origin {
  /** Their signatures. */
  readonly faults: readonly string[];
}

/** Each once: one seed may have shown several faults. */
export const MENDED_SCENARIOS: readonly MendedScenario[] = mendedScenarios();

function mendedScenarios(): readonly MendedScenario[] {
  const found = new Map<string, MendedScenario>();
  for (const { signature, what: _, ...origin } of MENDED_FAULTS) {
    const key = JSON.stringify(origin);
    const faults = found.get(key)?.faults ?? [];
    found.set(key, { ...origin, faults: [...faults, signature] });
  }
  return [...found.values()];
}
