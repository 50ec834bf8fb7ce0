import { packageTests, type UserWorkspaceConfig } from '../../tooling/build/src/vitest.ts';

const tests: UserWorkspaceConfig = packageTests('json-task-store');

// Whether there is a server with JSON commands is found out once, and said once.
const config: UserWorkspaceConfig = {
  ...tests,
  test: { ...tests.test, globalSetup: ['test/setup/json-server.ts'] },
};
export default config;
