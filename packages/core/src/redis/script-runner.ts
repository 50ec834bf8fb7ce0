import { detailedError, withCause } from '../shared/detailed-error.ts';
import { A2ARedisError } from '../shared/errors.ts';
import { type AnswerWatch, answersTo } from '../runtime/answer-watch.ts';
import { runtimeOf } from '../runtime/client-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { sleep } from '../runtime/sleep.ts';
import { backoffMs } from './backoff.ts';
import { commandFault, whatServerLacks } from './command-fault.ts';
import { withDeadline } from './deadline.ts';
import { callSender } from './call-sender.ts';
import { lastingFault, type Served, servedTo } from './lasting-fault.ts';
import { type RedisScriptClient, requireScriptClient } from './script-client.ts';
import type { RedisScript } from './script.ts';

/** How long a call may take before it fails, in milliseconds, unless an option says otherwise. */
export const DEFAULT_DEADLINE_MS = 10_000;

/**
 * Runs scripts on a client: by digest, whole only where a server does not know them; again while
 * the server is away, until the deadline.
 *
 * Every script that is run here must be safe to repeat: after a lost connection the outcome is
 * unknown, and the runner sends it again.
 */
export class ScriptRunner {
  /** That of the client, for all who use the runner. */
  readonly runtime: Runtime;
  readonly #client: RedisScriptClient;
  readonly #sender: () => RedisScriptClient;
  readonly #served: Served;
  readonly #answers: AnswerWatch;
  readonly #deadlineMs: number;

  /** @throws {A2ARedisError} `INVALID_OPTION` for what is no client. */
  constructor(client: RedisScriptClient, deadlineMs: number = DEFAULT_DEADLINE_MS) {
    requireScriptClient(client);
    this.runtime = runtimeOf(client);
    this.#client = client;
    this.#sender = callSender(client);
    this.#served = servedTo(client);
    this.#answers = answersTo(client);
    this.#deadlineMs = deadlineMs;
  }

  /** Whether the server has answered nothing that was asked of it over the client for a while. */
  get isAway(): boolean {
    return this.#answers.isAway;
  }

  /**
   * Runs a script, again where needed, until its reply or the deadline.
   *
   * @param deadlineAt The deadline, on the clock of the runtime, where it is not the runner's.
   * @returns The script's reply: strings, integers, `null` and arrays of them.
   * @throws {A2ARedisError} `DEADLINE_EXCEEDED`, `CLIENT_CLOSED`, `SERVER_UNSUPPORTED` or `COMMAND_FAILED`.
   */
  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly string[],
    deadlineAt?: number,
  ): Promise<unknown> {
    const { runtime } = this;
    const startedAt = runtime.now();
    const endsAt = deadlineAt ?? startedAt + this.#deadlineMs;
    const describe = (): string => `A call to Redis ${within(endsAt - startedAt)}`;
    const detail = (): string => `${callOf(script, keys)} ${within(endsAt - startedAt)}`;
    const options = { keys: [...keys], arguments: [...args] };
    let isKnown = true;
    let lastError: unknown;
    for (let attempt = 1; ; attempt += 1) {
      const sender = this.#sender();
      this.#answers.asked();
      try {
        const call = isKnown
          ? sender.evalSha(script.sha1, options)
          : sender.eval(script.source, options);
        const reply = await withDeadline(runtime, call, endsAt, describe, detail);
        this.#answers.answered();
        this.#served.isLetIn = true;
        this.#served.hasWritten ||= script.onlyReads !== true;
        return reply;
      } catch (error) {
        if (isKnown && error instanceof Error && error.message.startsWith('NOSCRIPT')) {
          this.#served.isLetIn = true;
          isKnown = false;
          continue;
        }
        if (error instanceof A2ARedisError) {
          throw lastError === undefined ? error : withCause(error, lastError);
        }
        lastError = error;
        const fault = commandFault(error);
        if (fault !== 'unsent' && fault !== 'unknown') this.#answers.answered();
        if (fault === 'closed') {
          throw new A2ARedisError(
            'CLIENT_CLOSED',
            'The Redis client is closed. Connect it before the first call, and close it after the last.',
            { cause: error },
          );
        }
        const damage = damageIn(error);
        if (damage !== undefined) throw damage;
        if (fault === 'refused' || fault === 'other') {
          const reason = reasonOf(error);
          const lacking = whatServerLacks(reason);
          if (lacking !== undefined) throw unsupported(script, lacking, error);
          const message = fault === 'refused' ? 'Redis refused a call.' : 'A call to Redis failed.';
          throw detailedError('COMMAND_FAILED', message, {
            cause: error,
            detail: `${callOf(script, keys)} failed: ${reason}`,
          });
        }
        if (fault === 'busy' || fault === 'locked-out') {
          const reply = reasonOf(error);
          const lasting = await withDeadline(
            runtime,
            lastingFault(
              {
                reply,
                cause: error,
                detail: `${callOf(script, keys)} failed: ${reply}`,
                sender,
                client: this.#client,
              },
              this.#served,
            ),
            endsAt,
            describe,
            detail,
          );
          if (lasting !== undefined) throw lasting;
        }
        const pauseMs = backoffMs(attempt, 20, 500, runtime.random());
        if (runtime.now() + pauseMs >= endsAt) {
          throw detailedError('DEADLINE_EXCEEDED', `${describe()}: Redis stayed away.`, {
            cause: error,
            detail: `${detail()}: Redis stayed away.`,
          });
        }
        await sleep(runtime, pauseMs);
      }
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function within(givenMs: number): string {
  return `within ${Math.max(0, Math.round(givenMs))} ms`;
}

function callOf({ name }: RedisScript, [key = '']: readonly string[]): string {
  return `Script ${name} on key ${abbreviate(key)}`;
}

/** What is told of damage that is gone by then: once more, a call may succeed. */
export const DAMAGE_REMOVED = 'Something in Redis was damaged, and was removed.';

/** What a script says that found a key, or a field of it, damaged, and has removed it: see `task-state.lua`. */
function damageIn(error: unknown): A2ARedisError | undefined {
  const [, field, key] =
    /\bDAMAGED "([^"]*)" "([^"]*)"/.exec(error instanceof Error ? error.message : '') ?? [];
  if (field === undefined || key === undefined) return undefined;
  const what = field === '' ? 'another type of value' : `field ${abbreviate(field)}`;
  return detailedError('CORRUPT_RECORD', DAMAGE_REMOVED, {
    cause: error,
    detail: `Key ${abbreviate(key)} held what nothing here wrote, ${what}: that was removed.`,
  });
}

function unsupported({ name }: RedisScript, lacking: string, cause: unknown): A2ARedisError {
  return detailedError('SERVER_UNSUPPORTED', `This Redis server will not do: ${lacking}.`, {
    cause,
    detail: `Script ${name} cannot run on it. Redis 6.2 or newer is needed, for a cluster 7, or Valkey.`,
  });
}

/** Keys can be long; a message shows their beginning. */
export function abbreviate(text: string): string {
  return JSON.stringify(text.length <= 120 ? text : `${text.slice(0, 117)}...`);
}
