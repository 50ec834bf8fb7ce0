import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('agent-server');
export default config;
