import { join } from 'node:path';

import { mustRun } from '@a2a-redis-internal/checks/command';

import { type PlannedRow, today } from '../row.ts';
import type { RuntimeCommand } from './agent-process.ts';
import { createProject } from './project.ts';
import type { Surroundings } from './surroundings.ts';
import { tryPackages } from './try-packages.ts';

/** A JavaScript runtime that an npm package brings. */
interface Runtime {
  readonly name: string;
  readonly title: string;
  /** The npm package, which is the name of its program as well. */
  readonly package: string;
  readonly version: string;
  /** Makes it print the path of itself: what the package puts in front of it may be a script. */
  readonly ownPath: readonly string[];
  /** What comes before the name of a program. */
  readonly args: readonly string[];
}

const RUNTIMES: readonly Runtime[] = [
  ...['20', '22', '24'].map((version) => ({
    name: `node-${version}`,
    title: 'Node',
    package: 'node',
    version,
    ownPath: ['-p', 'process.execPath'],
    args: [],
  })),
  {
    name: 'bun',
    title: 'Bun',
    package: 'bun',
    version: 'latest',
    ownPath: ['-e', 'console.log(process.execPath)'],
    args: [],
  },
  {
    name: 'deno',
    title: 'Deno',
    package: 'deno',
    version: 'latest',
    ownPath: ['eval', 'console.log(Deno.execPath())'],
    args: ['run', '--allow-all'],
  },
];

/** A row for each runtime. */
export function planRuntimes(surroundings: Surroundings): readonly PlannedRow[] {
  return RUNTIMES.map((runtime) => ({
    section: 'runtimes',
    name: runtime.name,
    run: async () => {
      await using brought = await createProject({ [runtime.package]: runtime.version });
      const program = join(brought.folder, 'node_modules', '.bin', runtime.package);
      const path = (await mustRun(program, runtime.ownPath, { cwd: brought.folder })).trim();
      const command: RuntimeCommand = [path, ...runtime.args];
      const tarballs = await surroundings.tarballs();
      const consumer = await surroundings.consumer();
      const scenarios = await surroundings.scenarios();
      const cells = await tryPackages(command, consumer.folder, tarballs, scenarios);
      const version = `${runtime.title} ${await brought.versionOf(runtime.package)}`;
      return { section: 'runtimes', name: runtime.name, version, date: today(), cells };
    },
  }));
}
