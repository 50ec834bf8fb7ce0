import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    projects: ['{packages,tooling,examples}/*/vitest.config.ts'],
    // Most tests wait for Redis, a lease or a deadline, so that two cores keep up with four workers. More would run
    // more Redis servers than tests: every worker may have a cluster of its own.
    maxWorkers: 4,
    // A forgotten `test.only` would hide the rest.
    allowOnly: false,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
  },
});
export default config;
