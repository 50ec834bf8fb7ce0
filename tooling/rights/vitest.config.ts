import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('rights');
export default config;
