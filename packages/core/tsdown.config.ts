import { packageBuild, type UserConfig } from '../../tooling/build/src/tsdown.ts';

const config: UserConfig = packageBuild([
  'src/index.ts',
  'src/shared.ts',
  'src/task-store.ts',
  'src/queue-manager.ts',
]);
export default config;
