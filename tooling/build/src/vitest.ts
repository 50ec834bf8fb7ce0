import { defineProject, type UserWorkspaceConfig } from 'vitest/config';

import { luaPlugin } from './lua-plugin.ts';

export type { UserWorkspaceConfig };

/** The Vitest project of every package: its own tests, its Lua scripts loaded as the build does. */
export function packageTests(name: string): UserWorkspaceConfig {
  return defineProject({
    plugins: [luaPlugin()],
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  });
}
