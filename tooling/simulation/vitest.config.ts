import path from 'node:path';

import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

const PACKAGES = path.resolve(import.meta.dirname, '../../packages');
const tests = packageTests('simulation');

const config: UserWorkspaceConfig = {
  ...tests,
  test: {
    ...tests.test,
    // Fresh seeds are tried for a fixed time on every core: beside tests of other projects they would be fewer.
    sequence: { groupOrder: 1 },
  },
  resolve: {
    // The sources of the packages, as simulations run them.
    alias: [
      { find: /^@a2a-redis\/([^/]+)$/, replacement: `${PACKAGES}/$1/src/index.ts` },
      { find: /^@a2a-redis\/([^/]+)\/([^/]+)$/, replacement: `${PACKAGES}/$1/src/$2.ts` },
    ],
  },
};
export default config;
