import { packageTests, type UserWorkspaceConfig } from '../../tooling/build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('ioredis');
export default config;
