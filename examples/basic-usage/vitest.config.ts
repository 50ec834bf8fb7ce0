import { packageTests, type UserWorkspaceConfig } from '../../tooling/build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('basic-usage');
export default config;
