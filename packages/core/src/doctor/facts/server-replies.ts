import { isRecord } from '../../shared/check-options.ts';
import { textReply } from '../../redis/reply.ts';
import type { Fact } from './fact.ts';

/** Named values, as `INFO`, `CLUSTER INFO` and `CONFIG GET` give them. */
export type Fields = ReadonlyMap<string, string>;

/** The fields of [INFO](https://redis.io/docs/latest/commands/info/), of all sections, or of `CLUSTER INFO`. */
export function infoFields(text: string): Fields {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) {
      fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
    }
  }
  return fields;
}

/** A reply of named values: a list of both in turn by RESP2, and by RESP3 whatever the client makes of a map. */
export function replyEntries(reply: unknown): ReadonlyMap<string, unknown> {
  if (reply instanceof Map) {
    return new Map([...reply].map(([name, value]) => [textReply(name), value]));
  }
  const entries = new Map<string, unknown>();
  if (Array.isArray(reply)) {
    for (let i = 0; i + 1 < reply.length; i += 2) entries.set(textReply(reply[i]), reply[i + 1]);
  } else if (isRecord(reply)) {
    for (const [name, value] of Object.entries(reply)) entries.set(name, value);
  }
  return entries;
}

/** The same where all values are texts. */
export function replyFields(reply: unknown): Fields {
  return new Map([...replyEntries(reply)].map(([name, value]) => [name, textReply(value)]));
}

/**
 * One of them.
 *
 * @param source The command that gave them, for the reason.
 */
export function fieldOf(fields: Fields, name: string, source: string): Fact<string> {
  const value = fields.get(name);
  return value === undefined ? { because: `${source} does not tell ${name}` } : { value };
}

/** A number that is no less than 0. */
export function numberOf(name: string, text: string): Fact<number> {
  return /^\d+(?:\.\d+)?$/.test(text)
    ? { value: Number(text) }
    : { because: `${name} is ${JSON.stringify(text)}, which is no number` };
}

/** When a server disconnects clients that read too slowly. */
export interface OutputBufferLimit {
  /** 0 for none. */
  readonly hardBytes: number;
}

/**
 * The limit of connections for messages, in the setting `client-output-buffer-limit`: for each class of clients its
 * name, the hard limit, the soft limit, and for how many seconds.
 */
export function pubsubBufferLimit(setting: string): Fact<OutputBufferLimit> {
  const [, hard] = /(?:^|\s)pubsub (\d+)(?:\s|$)/.exec(setting) ?? [];
  return hard === undefined
    ? { because: `client-output-buffer-limit is ${JSON.stringify(setting)}, without pubsub` }
    : { value: { hardBytes: Number(hard) } };
}
