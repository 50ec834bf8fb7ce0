import { createHash } from 'node:crypto';

/** A Lua script with the digest that servers know it by. */
export interface RedisScript {
  /** The script's file name without its ending; named in errors. */
  readonly name: string;
  readonly source: string;
  /** Lower-case hexadecimal SHA-1 of the source. */
  readonly sha1: string;
}

/** Makes a script of its source. */
export function defineScript(name: string, source: string): RedisScript {
  return { name, source, sha1: createHash('sha1').update(source).digest('hex') };
}
