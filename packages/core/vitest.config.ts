import { packageTests, type UserWorkspaceConfig } from '../../tooling/build/src/vitest.ts';

// Some run on the other version of node-redis, and some count the sockets and timers of their process.
const config: UserWorkspaceConfig = packageTests('core', { isolate: true });
export default config;
