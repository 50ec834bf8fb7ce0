import { detailedError } from '../shared/detailed-error.ts';
import { A2ARedisError } from '../shared/errors.ts';

/** A script's reply as an array; scripts of this project reply nothing else where one is read. */
export function arrayReply(script: string, reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw detailedError('COMMAND_FAILED', 'Redis gave a reply of an unexpected kind.', {
    detail: `Script ${script} replied ${typeof reply} where an array was due.`,
  });
}

/** What the server said that refused a call; empty for any other error. */
export function refusalIn(error: unknown): string {
  if (!(error instanceof A2ARedisError) || error.code !== 'COMMAND_FAILED') return '';
  return error.cause instanceof Error ? error.cause.message : '';
}

/** A reply, or a part of one, as text, whatever type mapping the client has. */
export function textReply(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  return typeof value === 'number' ? String(value) : '';
}

/** A reply, or a part of one, as a list of texts; the reply itself where it is one. */
export function textsReply(value: unknown): readonly string[] {
  if (isTexts(value)) return value;
  return Array.isArray(value) ? value.map(textReply) : [];
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
