import { packageTests, type UserWorkspaceConfig } from '../build/src/vitest.ts';

// The library that talks to Docker reads the environment once, and a test changes that.
const config: UserWorkspaceConfig = packageTests('redis-server', { isolate: true });
export default config;
