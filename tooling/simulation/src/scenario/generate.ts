import { Random } from '../kernel/random.ts';
import { generateDenseScenario } from './generate-dense.ts';
import { generateMixedScenario } from './generate-mixed.ts';
import type { Layout, Load, Profile, Scenario } from './scenario.ts';

/**
 * How often a layout that is left to the seed is a cluster. A store apart is none of those: what requests
 * store by themselves does not keep all promises yet.
 */
const CLUSTERS = 0.3;

/** What a scenario is made of: the same comes of the same. */
export interface Origin {
  readonly seed: number;
  /** The kinds of fault that may occur; `calm` alone brings none. */
  readonly profiles: readonly Profile[];
  /** `mixed` where it is absent. */
  readonly load?: Load;
  /** `any` leaves it to the seed: `single` or `cluster`. `single` where it is absent. */
  readonly layout?: Layout | 'any';
}

/** A scenario of a few replicas and tasks: faults of protocols show in small ones. */
export function generateScenario({
  seed,
  profiles,
  load = 'mixed',
  layout = 'single',
}: Origin): Scenario {
  const scenario =
    load === 'dense'
      ? generateDenseScenario(seed, profiles)
      : generateMixedScenario(seed, profiles);
  // A stream of its own: with another layout, nothing else of a scenario is another one.
  const isCluster = layout === 'any' && new Random(`layout ${seed}`).chance(CLUSTERS);
  const chosen = isCluster ? 'cluster' : layout === 'any' ? 'single' : layout;
  return { ...scenario, settings: { ...scenario.settings, layout: chosen } };
}
