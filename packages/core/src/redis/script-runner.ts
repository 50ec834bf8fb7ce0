import { detailedError, withCause } from '../shared/detailed-error.ts';
import { A2ARedisError } from '../shared/errors.ts';
import { requireClient } from '../shared/require-client.ts';
import { type AnswerWatch, answersTo } from '../runtime/answer-watch.ts';
import { runtimeOf } from '../runtime/client-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { sleep } from '../runtime/sleep.ts';
import { mayNot, missingRight, type RefusedCall } from '../rights/missing-right.ts';
import { backoffMs } from './backoff.ts';
import { commandFault } from './command-fault.ts';
import { withDeadline } from './deadline.ts';
import { callSender } from './call-sender.ts';
import { lastingFault } from './lasting-fault.ts';
import {
  type RedisScriptClient,
  requireScriptClient,
  type ScriptCallOptions,
} from './script-client.ts';
import type { RedisScript, ScriptWrites } from './script.ts';
import type { CommandSender } from './sentinel-sender.ts';
import {
  findSupport,
  type Served,
  servedTo,
  type ServerSupport,
  unsupportedIn,
} from './server-support.ts';

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
  readonly #takesAnyServer: boolean;

  /**
   * @param takesAnyServer Whether it serves who finds out what a server can do, of whatever age that is.
   * @throws {A2ARedisError} `INVALID_OPTION` for what is no client.
   */
  constructor(
    client: RedisScriptClient,
    deadlineMs: number = DEFAULT_DEADLINE_MS,
    { takesAnyServer = false }: { readonly takesAnyServer?: boolean } = {},
  ) {
    requireScriptClient(client);
    this.runtime = runtimeOf(client);
    this.#client = client;
    this.#sender = callSender(client);
    this.#served = servedTo(client);
    this.#answers = answersTo(client);
    this.#deadlineMs = deadlineMs;
    this.#takesAnyServer = takesAnyServer;
  }

  /** What the server can do: known from the first call on. */
  get support(): ServerSupport | undefined {
    return this.#served.support;
  }

  /** Whether the server has answered nothing that was asked of it over the client for a while. */
  get isAway(): boolean {
    return this.#answers.isAway;
  }

  /**
   * Runs a script on the primary, again where needed, until its reply or the deadline. The first call of a client asks the
   * server what it can do, before anything else is sent.
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
    return this.#repeat(new ScriptCall(script, keys, args), deadlineAt);
  }

  /**
   * As {@link run}, for a script that never writes, where an answer will do that is behind: the first attempt is one of a
   * call that only reads, which the client or the server may hand to a replica. Where they know no such calls, the primary
   * is asked.
   */
  async read(
    script: RedisScript<'never'>,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<unknown> {
    return this.#repeat(new ReadCall([script, keys, args], this.#served));
  }

  /**
   * Sends a command as such, with the repeats, the deadline and the errors of {@link run}: one that no script may call
   * everywhere. It must be safe to repeat. Not for the client of a cluster, to which it does not say where it belongs.
   *
   * @param args The command and its arguments.
   * @param deadlineAt See {@link run}.
   * @returns The reply: under RESP3, maps are objects.
   * @throws {A2ARedisError} `INVALID_OPTION` where the client cannot, besides.
   */
  async command(
    args: readonly [command: string, ...rest: string[]],
    deadlineAt?: number,
  ): Promise<unknown> {
    requireClient(this.#client, 'client', ['sendCommand']);
    return this.#repeat(new CommandCall(args), deadlineAt);
  }

  /** Finds out what the server can do, where a call builds on that and it is not known. */
  #supportFor(call: RepeatedCall, sender: RedisScriptClient): Promise<void> | undefined {
    const { keys } = call;
    if (keys === undefined || this.#takesAnyServer || this.support !== undefined) return undefined;
    return findSupport(sender, this.#served, keys);
  }

  async #repeat(call: RepeatedCall, deadlineAt?: number): Promise<unknown> {
    const { runtime } = this;
    const startedAt = runtime.now();
    const endsAt = deadlineAt ?? startedAt + this.#deadlineMs;
    const describe = (): string => `A call to Redis ${within(endsAt - startedAt)}`;
    const detail = (): string => `${call.describe()} ${within(endsAt - startedAt)}`;
    let lastError: unknown;
    for (let attempt = 1; ; attempt += 1) {
      const sender = this.#sender();
      this.#answers.asked();
      try {
        const asking = this.#supportFor(call, sender);
        if (asking !== undefined) await withDeadline(runtime, asking, endsAt, describe, detail);
        const reply = await withDeadline(runtime, call.send(sender), endsAt, describe, detail);
        this.#answers.answered();
        this.#served.isLetIn = true;
        this.#served.hasWritten ||= call.writes === 'always';
        return reply;
      } catch (error) {
        if (call.takesAnotherForm(error)) {
          this.#served.isLetIn = true;
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
          const unsupported = unsupportedIn(error, call);
          if (unsupported !== undefined) throw unsupported;
          const reason = reasonOf(error);
          const right = missingRight({ ...call.parts, reply: reason });
          if (right !== undefined) {
            throw detailedError('COMMAND_FAILED', `Redis refused a call: ${mayNot(right)}.`, {
              cause: error,
              detail: `${call.describe()} failed: ${reason} ${right.detail}`,
            });
          }
          const message = fault === 'refused' ? 'Redis refused a call.' : 'A call to Redis failed.';
          throw detailedError('COMMAND_FAILED', message, {
            cause: error,
            detail: `${call.describe()} failed: ${reason}`,
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
                detail: `${call.describe()} failed: ${reply}`,
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

/** What is called, as often as it takes. */
interface RepeatedCall {
  /** Named in errors. */
  readonly name: string;
  readonly writes: ScriptWrites;
  /** Those of a script, which builds on what the server can do; a command as such does not. */
  readonly keys: readonly string[] | undefined;
  /** Of what it is made, for who looks for a missing right. */
  readonly parts: Omit<RefusedCall, 'reply'>;
  /** What is called, and on what, for operators. */
  describe(): string;
  send(sender: RedisScriptClient): Promise<unknown>;
  /** Told of each error: whether the call goes on at once, in another form. */
  takesAnotherForm(error: unknown): boolean;
}

/**
 * How many calls bring a script whole once a server lacked it that was to read alone. Each replica has to get it, and a
 * client hands each call to the next of them: the one that is sent whole may go to another one.
 */
const WHOLE_READS = 16;

/** What a server before Redis 7 says to a call that only reads. */
const LACKS_READ_ONLY_CALLS = /^ERR unknown command [`']?EVAL(?:SHA)?_RO\b/i;

/** A script by its digest, or whole once the server does not know it. */
class ScriptCall implements RepeatedCall {
  readonly script: RedisScript;
  readonly options: Required<ScriptCallOptions>;
  #isKnown = true;

  constructor(script: RedisScript, keys: readonly string[], args: readonly string[]) {
    this.script = script;
    this.options = { keys: [...keys], arguments: [...args] };
  }

  get name(): string {
    return this.script.name;
  }

  get writes(): ScriptWrites {
    return this.script.writes;
  }

  get keys(): readonly string[] {
    return this.options.keys;
  }

  get parts(): RepeatedCall['parts'] {
    const { keys, arguments: args } = this.options;
    return { source: this.script.source, names: keys, args };
  }

  describe(): string {
    return `Script ${this.name} on key ${abbreviate(this.options.keys[0] ?? '')}`;
  }

  send(sender: RedisScriptClient): Promise<unknown> {
    return this.#isKnown
      ? sender.evalSha(this.script.sha1, this.options)
      : sender.eval(this.script.source, this.options);
  }

  takesAnotherForm(error: unknown): boolean {
    if (!this.#isKnown || !isUnknownScript(error)) return false;
    this.#isKnown = false;
    return true;
  }
}

/** The same, by a call that only reads: once. Then the primary is asked, as a replica may be away that it can do without. */
class ReadCall extends ScriptCall {
  readonly #served: Served;
  #isReadOnly: boolean;

  constructor(call: ConstructorParameters<typeof ScriptCall>, served: Served) {
    super(...call);
    this.#served = served;
    this.#isReadOnly = !served.lacksReadOnlyCalls;
  }

  override send(sender: RedisScriptClient): Promise<unknown> {
    if (this.#isReadOnly && sender.evalShaRo !== undefined && sender.evalRo !== undefined) {
      return this.#isWhole()
        ? sender.evalRo(this.script.source, this.options)
        : sender.evalShaRo(this.script.sha1, this.options);
    }
    this.#isReadOnly = false;
    return super.send(sender);
  }

  override takesAnotherForm(error: unknown): boolean {
    if (!this.#isReadOnly) return super.takesAnotherForm(error);
    if (isUnknownScript(error)) {
      this.#served.wholeReads.set(this.script.sha1, WHOLE_READS);
      return true;
    }
    this.#isReadOnly = false;
    const isUnknown = error instanceof Error && LACKS_READ_ONLY_CALLS.test(error.message);
    this.#served.lacksReadOnlyCalls ||= isUnknown;
    return isUnknown;
  }

  #isWhole(): boolean {
    const { wholeReads } = this.#served;
    const left = wholeReads.get(this.script.sha1) ?? 0;
    if (left > 0) wholeReads.set(this.script.sha1, left - 1);
    return left > 0;
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** A command as such. */
class CommandCall implements RepeatedCall {
  readonly name: string;
  readonly writes = 'sometimes';
  readonly keys = undefined;
  readonly #args: readonly string[];

  constructor(args: readonly [string, ...string[]]) {
    this.name = args[0];
    this.#args = args;
  }

  get parts(): RepeatedCall['parts'] {
    return { names: this.#args.slice(1, 2) };
  }

  describe(): string {
    return `Command ${this.name} on ${abbreviate(this.#args[1] ?? '')}`;
  }

  async send(sender: RedisScriptClient): Promise<unknown> {
    if (!sendsCommands(sender)) throw new TypeError('The client sends no commands.');
    return sender.sendCommand(this.#args, { typeMapping: {} });
  }

  takesAnotherForm(): boolean {
    return false;
  }
}

function sendsCommands(sender: object): sender is CommandSender {
  return 'sendCommand' in sender && typeof sender.sendCommand === 'function';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function within(givenMs: number): string {
  return `within ${Math.max(0, Math.round(givenMs))} ms`;
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

/** Keys can be long; a message shows their beginning. */
export function abbreviate(text: string): string {
  return JSON.stringify(text.length <= 120 ? text : `${text.slice(0, 117)}...`);
}
