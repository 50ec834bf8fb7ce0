import type { RedisScriptClient, ScriptCallOptions } from '@a2a-redis/core/shared';

/** A command that was sent, word by word. */
export type SentCommand = readonly string[];

/** Passes script calls on and notes them. */
export class RecordingClient implements RedisScriptClient {
  readonly sent: SentCommand[] = [];
  readonly #client: RedisScriptClient;

  constructor(client: RedisScriptClient) {
    this.#client = client;
  }

  async evalSha(sha1: string, options: ScriptCallOptions = {}): Promise<unknown> {
    this.#note('EVALSHA', sha1, options);
    return this.#client.evalSha(sha1, options);
  }

  async eval(script: string, options: ScriptCallOptions = {}): Promise<unknown> {
    this.#note('EVAL', script, options);
    return this.#client.eval(script, options);
  }

  #note(
    name: string,
    script: string,
    { keys = [], arguments: args = [] }: ScriptCallOptions,
  ): void {
    this.sent.push([name, script, String(keys.length), ...keys, ...args]);
  }
}

/** The size of one word of a command as it travels: `$<length>\r\n<word>\r\n`. */
export function wordBytes(word: string): number {
  const length = Buffer.byteLength(word);
  return `$${length}`.length + 2 + length + 2;
}

/** The size of a command as it travels. */
export function commandBytes(command: SentCommand): number {
  const head = `*${command.length}`.length + 2;
  return command.reduce((sum, word) => sum + wordBytes(word), head);
}
