import { fileURLToPath } from 'node:url';

import { defineProject, type UserWorkspaceConfig } from 'vitest/config';

import { luaPlugin } from './lua-plugin.ts';

export type { UserWorkspaceConfig };

/** What the test files of a package need of the process they run in. */
export interface PackageTestOptions {
  /**
   * Whether each test file has a process to itself. Only files need it that replace a module, look at what
   * keeps the process alive, or load a library that reads the environment once: a start and the imports
   * take longer than most files.
   *
   * @default false
   */
  readonly isolate?: boolean | undefined;
}

/**
 * The Vitest project of every package: its own tests, its Lua scripts loaded as the build does.
 *
 * A test ends when what it waits for has come. Its limits are for what never comes: a machine may be
 * so busy that processes take half a minute to start.
 */
export function packageTests(
  name: string,
  { isolate = false }: PackageTestOptions = {},
): UserWorkspaceConfig {
  return defineProject({
    plugins: [luaPlugin()],
    test: {
      name,
      isolate,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      setupFiles: [fileURLToPath(new URL('patient-waits.ts', import.meta.url))],
      testTimeout: 120_000,
      hookTimeout: 180_000,
      expect: { poll: { timeout: 20_000 } },
    },
  });
}
