import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '@a2a-redis-internal/checks/command';

import { createProject, type Project } from '../consumer/project.ts';
import type { Surroundings } from '../consumer/surroundings.ts';
import { type Cell, type PlannedRow, type Row, today } from '../row.ts';

const VERSIONS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7'] as const;

/** How modules are resolved, and the programs that can be written so: an ES module, one of CommonJS. */
const RESOLUTIONS = [
  { name: 'node16', module: 'node16', files: ['agent.ts', 'load.cts'] },
  { name: 'nodenext', module: 'nodenext', files: ['agent.ts', 'load.cts'] },
  { name: 'bundler', module: 'esnext', files: ['agent.ts'] },
] as const;

/** A row for each version of TypeScript, which compiles the consumer's programs and every declaration they reach. */
export function planTypeScript(surroundings: Surroundings): readonly PlannedRow[] {
  return VERSIONS.map((version) => ({
    section: 'typescript',
    name: `typescript-${version}`,
    run: async () => runVersion(version, surroundings),
  }));
}

async function runVersion(version: string, surroundings: Surroundings): Promise<Row> {
  await using compiler = await createProject({ typescript: version });
  const consumer = await surroundings.consumer();
  const cells: Record<string, Cell> = {};
  for (const resolution of RESOLUTIONS) {
    cells[resolution.name] = await compile(compiler, consumer.folder, resolution);
  }
  return {
    section: 'typescript',
    name: `typescript-${version}`,
    version: `TypeScript ${await compiler.versionOf('typescript')}`,
    date: today(),
    cells,
  };
}

async function compile(
  compiler: Project,
  folder: string,
  { name, module, files }: (typeof RESOLUTIONS)[number],
): Promise<Cell> {
  const failures: string[] = [];
  for (const file of files) {
    const config = join(folder, `tsconfig.${name}.json`);
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      types: ['node'],
      module,
      moduleResolution: name,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
    };
    await writeFile(config, JSON.stringify({ compilerOptions, files: [file] }));
    const tsc = join(compiler.folder, 'node_modules', '.bin', 'tsc');
    const { ok, output } = await runCommand(tsc, ['--project', config], { cwd: folder });
    if (!ok) failures.push(`${file}: ${firstErrors(output)}`);
  }
  const failed = failures.length;
  return { passed: files.length - failed, failed, notRun: 0, failures };
}

const MOST_ERRORS = 5;

function firstErrors(output: string): string {
  const lines = output.split('\n').filter((line) => /error TS\d+/u.test(line));
  const more = lines.length - MOST_ERRORS;
  return [...lines.slice(0, MOST_ERRORS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
