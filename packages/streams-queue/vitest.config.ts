import { packageTests, type UserWorkspaceConfig } from '../../tooling/build/src/vitest.ts';

const config: UserWorkspaceConfig = packageTests('streams-queue');
export default config;
