import { packageBuild, type UserConfig } from '../../tooling/build/src/tsdown.ts';

const config: UserConfig = packageBuild();
export default config;
