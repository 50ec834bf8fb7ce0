import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

import type { CallMessage, CallTable, MessageFromReplica, NoCalls } from './messages.ts';
import { withDeadline } from './with-deadline.ts';

const CALL_DEADLINE_MS = 60_000;
const END_DEADLINE_MS = 60_000;

/** How a process ended: with an exit code or by a signal. */
export type ExitOutcome = number | NodeJS.Signals;

/** What a replica is made of; see `startReplica`. */
export interface ReplicaParts {
  readonly name: string;
  readonly child: ChildProcess;
  readonly ended: Promise<ExitOutcome>;
  /** The last lines of what the process printed. */
  readonly log: () => string;
}

/**
 * A replica in a process of its own. Dispose it (`await using`) to kill it.
 *
 * @typeParam C The functions that its module gives to `serveReplica`.
 */
export class Replica<C extends CallTable<C> = NoCalls> implements AsyncDisposable {
  readonly name: string;
  /** How the process ended, once it has. */
  readonly ended: Promise<ExitOutcome>;
  /** The last lines of what the process printed to its standard output and standard error. */
  readonly log: () => string;
  readonly #child: ChildProcess;
  /** Emits the reply to each call under its id, and one `error` for all of them at the end. */
  readonly #replies = new EventEmitter().setMaxListeners(0);
  #outcome: ExitOutcome | undefined;
  #calls = 0;
  #url: string | undefined;

  constructor({ name, child, ended, log }: ReplicaParts) {
    this.name = name;
    this.ended = ended;
    this.log = log;
    this.#child = child;
    void this.#awaitEnd();
  }

  /** Where it serves. @throws Error when its module named no URL. */
  get url(): string {
    if (this.#url === undefined) throw new Error(`replica "${this.name}" has no URL`);
    return this.#url;
  }

  /** Of its process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Takes what the process sent. For `startReplica`. */
  receive(message: MessageFromReplica): void {
    if (message.type === 'ready') this.#url = message.url;
    else this.#replies.emit(String(message.id), message);
  }

  /**
   * Calls a function of the replica's module.
   *
   * @throws Error when the function throws, the process ends first, or 20 s pass.
   */
  async call<N extends keyof C & string>(
    name: N,
    ...args: Parameters<C[N]>
  ): Promise<Awaited<ReturnType<C[N]>>> {
    if (this.#outcome !== undefined) throw this.#goneError();
    this.#calls += 1;
    const id = this.#calls;
    const message: Omit<CallMessage, 'args'> & { args: unknown[] } = {
      type: 'call',
      id,
      name,
      args,
    };
    const silent = new AbortController();
    const replied = once(this.#replies, String(id), { signal: silent.signal });
    // A message that can no longer be sent is one to a process that is about to end.
    this.#child.send(message, () => undefined);
    const late = (): string => `replica "${this.name}" did not answer ${name}: ${this.log()}`;
    try {
      const [reply] = await withDeadline(replied, CALL_DEADLINE_MS, late);
      if (reply.type === 'return') return reply.value;
      const text = `replica "${this.name}", ${name}: ${reply.message}`;
      throw new Error(text, { cause: reply.stack });
    } finally {
      replied.catch(() => undefined);
      silent.abort();
    }
  }

  /** Sends the signal and waits for the end. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<ExitOutcome> {
    this.#child.kill(signal);
    return withDeadline(this.ended, END_DEADLINE_MS, () => {
      return `replica "${this.name}" did not end after ${signal}: ${this.log()}`;
    });
  }

  /**
   * Asks the process to stop its work and end. The exit code is 0 when nothing that it left open
   * kept it.
   *
   * @throws Error when it has not ended after 20 s, with what it printed.
   */
  async terminate(): Promise<ExitOutcome> {
    return this.kill('SIGTERM');
  }

  /** SIGSTOP: it stands still, and its connections stay open. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  /** SIGCONT. */
  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #awaitEnd(): Promise<void> {
    this.#outcome = await this.ended;
    // Without a listener, the event would be thrown.
    if (this.#replies.listenerCount('error') > 0) this.#replies.emit('error', this.#goneError());
  }

  #goneError(): Error {
    return new Error(`replica "${this.name}" ended (${this.#outcome}): ${this.log()}`);
  }
}
