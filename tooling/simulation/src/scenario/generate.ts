import { generateDenseScenario } from './generate-dense.ts';
import { generateMixedScenario } from './generate-mixed.ts';
import type { Load, Profile, Scenario } from './scenario.ts';

/** What a scenario is made of: the same comes of the same. */
export interface Origin {
  readonly seed: number;
  /** The kinds of fault that may occur; `calm` alone brings none. */
  readonly profiles: readonly Profile[];
  /** `mixed` where it is absent. */
  readonly load?: Load;
}

/** A scenario of a few replicas and tasks: faults of protocols show in small ones. */
export function generateScenario({ seed, profiles, load = 'mixed' }: Origin): Scenario {
  return load === 'dense'
    ? generateDenseScenario(seed, profiles)
    : generateMixedScenario(seed, profiles);
}
