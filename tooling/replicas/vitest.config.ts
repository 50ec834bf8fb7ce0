import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('replicas');
export default config;
