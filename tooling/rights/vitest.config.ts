import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

const tests: UserWorkspaceConfig = packageTests('rights');

// Several users take steps at once, and each has its times: more would keep one another from them.
const config: UserWorkspaceConfig = { ...tests, test: { ...tests.test, maxConcurrency: 3 } };
export default config;
