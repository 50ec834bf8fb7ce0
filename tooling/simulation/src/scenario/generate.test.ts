import { expect, it } from 'vitest';

import { generateScenario } from './generate.ts';
import { LAYOUTS, LOADS, PROFILES } from './scenario.ts';

const SEEDS = Array.from({ length: 200 }, (_, index) => index);

it.each(LOADS)('makes the same scenario of a seed on every layout, with %s load', (load) => {
  for (const seed of SEEDS.slice(0, 20)) {
    const origin = { seed, load, profiles: PROFILES };
    const single = generateScenario(origin);
    expect(single.settings.layout).toBe('single');
    for (const layout of LAYOUTS) {
      const other = generateScenario({ ...origin, layout });
      expect(other).toEqual({ ...single, settings: { ...single.settings, layout } });
    }
  }
});

it('chooses the layout by the seed where any will do', () => {
  const layouts = SEEDS.map(
    (seed) => generateScenario({ seed, profiles: PROFILES, layout: 'any' }).settings.layout,
  );
  expect(new Set(layouts)).toEqual(new Set(['single', 'cluster']));
  expect(layouts.filter((each) => each === 'cluster').length).toBeGreaterThan(30);
});
