import { packageBuild, type UserConfig } from '../../tooling/build/src/tsdown.ts';

const config: UserConfig = packageBuild(['src/index.ts', 'src/kernel.ts']);
export default config;
