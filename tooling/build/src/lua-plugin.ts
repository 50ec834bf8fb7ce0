import { readFile } from 'node:fs/promises';

/** A module's source as JavaScript: Rolldown tells the kind of a module by its file ending. */
export interface LoadedModule {
  readonly code: string;
  readonly moduleType: 'js';
}

/** The parts of a Rolldown and Vite plug-in that loading a script needs. */
export interface LuaPlugin {
  readonly name: string;
  load(id: string): Promise<LoadedModule | undefined>;
}

/**
 * Turns `import script from './save.lua'` into a string constant of the script's source.
 *
 * Comments and indentation are dropped: Redis keeps every loaded script in memory, and a script is
 * sent whole once per server. A comment starts a line in this project's scripts, so that a `--`
 * inside a string stays.
 */
export function luaPlugin(): LuaPlugin {
  return {
    name: 'a2a-redis:lua',
    async load(id) {
      if (!id.endsWith('.lua')) return undefined;
      return { code: luaModule(await readFile(id, 'utf8')), moduleType: 'js' };
    },
  };
}

/** A module that exports a script as these packages ship it. */
export function luaModule(source: string): string {
  return `export default ${JSON.stringify(minifyLua(source))};\n`;
}

/** Drops comment lines, blank lines and indentation. */
function minifyLua(source: string): string {
  return source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
    .join('\n');
}
