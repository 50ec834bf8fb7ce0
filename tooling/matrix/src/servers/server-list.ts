import { isAbsolute } from 'node:path';

/** A server that the matrix names. */
export interface NamedServer {
  readonly name: string;
  /** A program of this machine, of which tests start as many as they need, or a server that runs somewhere. */
  readonly target:
    | {
        readonly kind: 'program';
        readonly path: string;
        /** The JSON module that it loads. */
        readonly jsonModule: string | undefined;
      }
    | { readonly kind: 'url'; readonly url: string };
}

/**
 * Reads which servers there are.
 *
 * @param list `REDIS_MATRIX`: `redis-8.0=/path/to/redis-server,valkey-9=/path,cloud=redis://…`
 * @param modules `REDIS_MATRIX_JSON`: the JSON modules of programs, `valkey-9=/path/to/json.so`
 * @throws TypeError for what is no such list, with the entry.
 */
export function parseServers(list: string, modules: string): readonly NamedServer[] {
  const jsonModules = new Map(entriesOf('REDIS_MATRIX_JSON', modules));
  const servers = entriesOf('REDIS_MATRIX', list).map(([name, value]): NamedServer => {
    if (/^rediss?:\/\//u.test(value) && URL.canParse(value)) {
      return { name, target: { kind: 'url', url: value } };
    }
    if (!isAbsolute(value)) {
      throw new TypeError(
        `REDIS_MATRIX: ${name}=${value} is neither an absolute path nor a redis:// or rediss:// URL.`,
      );
    }
    return { name, target: { kind: 'program', path: value, jsonModule: jsonModules.get(name) } };
  });
  const programs = servers.filter(({ target }) => target.kind === 'program');
  for (const name of jsonModules.keys()) {
    if (programs.every((server) => server.name !== name)) {
      throw new TypeError(`REDIS_MATRIX_JSON: REDIS_MATRIX has no program of the name ${name}.`);
    }
  }
  return servers;
}

function entriesOf(variable: string, list: string): readonly (readonly [string, string])[] {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, name, value] = /^([\w.-]+)=(.+)$/u.exec(entry) ?? [];
      if (name === undefined || value === undefined) {
        throw new TypeError(`${variable}: ${entry} is not written as name=value.`);
      }
      return [name, value] as const;
    });
  const names = entries.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`${variable} names ${twice} twice.`);
  return entries;
}
