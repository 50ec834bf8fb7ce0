import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('matrix');
export default config;
