import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    projects: ['{packages,tooling,examples}/*/vitest.config.ts'],
    // Every worker may run Redis servers of its own; a small machine has two cores.
    maxWorkers: 2,
    // A forgotten `test.only` would hide the rest.
    allowOnly: false,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
  },
});
export default config;
