import { createHash } from 'node:crypto';

/** A Lua script with the digest that servers know it by. */
export interface RedisScript {
  /** The script's file name without its ending; named in errors. */
  readonly name: string;
  readonly source: string;
  /** Lower-case hexadecimal SHA-1 of the source. */
  readonly sha1: string;
  /** Whether it can come to its end without a write: its success then does not show that the server takes any. */
  readonly onlyReads?: boolean | undefined;
}

/** Makes a script of its source. */
export function defineScript(
  name: string,
  source: string,
  { onlyReads }: Pick<RedisScript, 'onlyReads'> = {},
): RedisScript {
  return { name, source, sha1: createHash('sha1').update(source).digest('hex'), onlyReads };
}
