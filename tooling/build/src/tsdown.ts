import { defineConfig, type UserConfig } from 'tsdown';

import { luaPlugin } from './lua-plugin.ts';

export type { UserConfig };

/**
 * The build of every published package: ESM and CJS, a declaration file for each, nothing bundled
 * that the package's own source does not hold.
 */
export function packageBuild(entry: readonly string[] = ['src/index.ts']): UserConfig {
  return defineConfig({
    entry: [...entry],
    format: ['esm', 'cjs'],
    platform: 'node',
    target: 'node20.19',
    dts: { oxc: true },
    clean: true,
    fixedExtension: true,
    hash: false,
    logLevel: 'warn',
    plugins: [luaPlugin()],
    // A dependency that slips into the bundle would be published twice; fail instead.
    deps: { onlyBundle: [] },
  });
}
