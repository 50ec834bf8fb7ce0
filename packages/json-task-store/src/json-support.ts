import { A2ARedisError } from '@a2a-redis/core';
import { defineScript, type ScriptRunner } from '@a2a-redis/core/shared';

import { jsonRecordLua } from './json-record-format.ts';
import requireJsonSource from './scripts/require-json.lua';

const requireJsonScript = defineScript('require-json', `${jsonRecordLua}\n${requireJsonSource}`);

/** What the scripts say where commands are missing, and then the server. */
const MISSING = /\b(NOJSON|NOSEARCH) (.+?)\.?$/s;

const REQUIREMENTS: Readonly<Record<string, string>> = {
  NOJSON:
    'RedisJSONTaskStore needs the JSON commands: Redis 8, Redis with the JSON module, or Valkey with its JSON module',
  NOSEARCH:
    'Searching needs the FT commands: Redis 8, or a server with a search module that indexes JSON',
};

/**
 * What a call failed with, in terms of what the server lacks where that is the reason.
 *
 * @param error Anything that a script call threw.
 */
function withRequirement(error: unknown): unknown {
  if (!(error instanceof A2ARedisError) || error.code !== 'COMMAND_FAILED') return error;
  const [, missing = '', server = ''] = MISSING.exec(error.message) ?? [];
  const requirement = REQUIREMENTS[missing];
  if (requirement === undefined) return error;
  return new A2ARedisError(
    'SERVER_UNSUPPORTED',
    `${requirement}. The server is ${server}, without them.`,
    { cause: error.cause },
  );
}

/** Knows whether the server has the JSON commands, from the first call that tells. */
export class JsonSupport {
  readonly #runner: ScriptRunner;
  readonly #key: string;
  #known = false;

  /** @param key A key that need not exist, to ask about. */
  constructor(runner: ScriptRunner, key: string) {
    this.#runner = runner;
    this.#key = key;
  }

  /**
   * Asks the server, unless a call has told already.
   *
   * @throws {A2ARedisError} `SERVER_UNSUPPORTED`, or as {@link ScriptRunner.run}.
   */
  async require(): Promise<void> {
    if (this.#known) return;
    await this.uses(async () => this.#runner.run(requireJsonScript, [this.#key], []));
  }

  /** Runs a call that uses JSON commands whenever it succeeds. */
  async uses<T>(call: () => Promise<T>): Promise<T> {
    const result = await this.checked(call);
    this.#known = true;
    return result;
  }

  /** Runs a call, and says what the server lacks where that is why it fails. */
  async checked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw withRequirement(error);
    }
  }
}
