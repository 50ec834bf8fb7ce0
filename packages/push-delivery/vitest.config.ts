import { packageTests, type UserWorkspaceConfig } from '../../tooling/build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('push-delivery');
export default config;
