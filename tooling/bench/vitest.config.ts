import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('bench');
export default config;
