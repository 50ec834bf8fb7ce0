import { packageTests, type UserWorkspaceConfig } from '../../tooling/build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('replicas-example');
export default config;
