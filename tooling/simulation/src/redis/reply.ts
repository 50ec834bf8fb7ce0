import { beforeZero } from './bytes.ts';

/** A simple string, such as `OK`. */
export class RedisStatus {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An error reply. Its message begins with the code: `WRONGTYPE Operation against …`. */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
}

/** A reply as the protocol tells it, with simple strings apart. Integers beyond 2^53 lose precision. */
export type RawReply = string | number | null | RedisStatus | RedisReplyError | readonly RawReply[];

/** A reply as clients give it. An error can only be an element of an array that a script returns. */
export type Reply = string | number | null | RedisReplyError | readonly Reply[];

/** `OK`. */
export const OK: RedisStatus = new RedisStatus('OK');

/** A reply as clients give it. */
export function replyOf(raw: RawReply): Reply {
  if (raw instanceof RedisStatus) return raw.text;
  if (typeof raw !== 'object' || raw === null || raw instanceof Error) return raw;
  return raw.map(replyOf);
}

/** An error with the code `ERR`. */
export function plainError(text: string): RedisReplyError {
  return new RedisReplyError(`ERR ${text}`);
}

/** An error whose text holds bytes that a caller sent: no line breaks are left in it. */
export function quotingError(code: string, text: string): RedisReplyError {
  const line = text.replace(/[\r\n]+$/, '').replaceAll(/[\r\n]/g, ' ');
  return new RedisReplyError(`${code} ${line}`);
}

/** As `%s` writes it into an error. */
export function quoted(bytes: string): string {
  return beforeZero(bytes);
}

export function syntaxError(): RedisReplyError {
  return plainError('syntax error');
}

export function wrongType(): RedisReplyError {
  return new RedisReplyError('WRONGTYPE Operation against a key holding the wrong kind of value');
}

export function wrongArity(command: string): RedisReplyError {
  return plainError(`wrong number of arguments for '${command}' command`);
}

/** A container command's own check of its arguments failed. */
export function wrongSubcommand(command: string, subcommand: string): RedisReplyError {
  const name = quoted(subcommand).slice(0, 128);
  return quotingError(
    'ERR',
    `unknown subcommand or wrong number of arguments for '${name}'. Try ${command} HELP.`,
  );
}
