/**
 * What went wrong, as a stable string to branch on. Messages and details may change between releases;
 * codes do not.
 *
 * | code | meaning |
 * | --- | --- |
 * | `INVALID_OPTION` | An option or a URL was refused before anything was sent. The message names it. |
 * | `INVALID_ARGUMENT` | An id, a task or another argument of a call was refused before anything was sent. |
 * | `CONNECT_FAILED` | No connection within the connect deadline, or a credentials provider that failed. `cause` is the last error. |
 * | `CLIENT_CLOSED` | The client was closed, or was never connected. |
 * | `DEADLINE_EXCEEDED` | No answer within the deadline. The outcome of a write is unknown. Calls of the stores are safe to repeat, except `updateTask`: its change may then be applied twice. |
 * | `UNAVAILABLE` | Redis could not be reached, or could not serve. Nothing was applied. |
 * | `OUTCOME_UNKNOWN` | The connection ended after a command was sent. It may have been applied. |
 * | `COMMAND_FAILED` | Redis refused a command (`cause` is its reply), for example out of memory, no permission or, from the first call on, no password; or an executor on another replica failed to cancel its task. |
 * | `SERVER_UNSUPPORTED` | The server is too old, or lacks commands that the call needs, or is the wrong one: a replica, which takes no writes, or one node of a cluster. The message says which, the detail its version, or what it said. |
 * | `SDK_UNSUPPORTED` | The installed `@a2a-js/sdk` does not do what these packages build on. The message says what. |
 * | `CORRUPT_RECORD` | A stored record cannot be read. The detail names the key and the field. |
 * | `WRITE_CONFLICT` | Other writers kept winning until the attempts were used up. Nothing was written. |
 * | `TASK_TERMINAL` | An update would take a task out of a terminal state. |
 * | `LIMIT_EXCEEDED` | A limit was reached, one that was configured or that of one write. Nothing was written. |
 * | `ENCRYPTION_KEY_UNKNOWN` | A record names an encryption key that was not configured. |
 * | `DECRYPTION_FAILED` | A record is not what was encrypted: altered, moved, or another key under the same id. |
 * | `PLAINTEXT_RECORD` | Encryption is configured, and a record was stored without it. |
 * | `EVENTS_LOST` | Events of a task cannot reach a subscriber any more. Subscribe again for a fresh snapshot. |
 * | `RUN_ENDED` | Another replica ended a task that this process executed, because it gave no sign of life; or an event of it is not stored, because others had ended the task before. |
 * | `QUEUE_CLOSED` | This process has closed the queue object. The queue itself is still in Redis. |
 * | `EVENT_SET_ASIDE` | A queue has set aside an event that nobody acknowledged, or that cannot be read. |
 * | `ABORTED` | The caller's `AbortSignal` fired. `cause` is its reason. |
 */
export type A2ARedisErrorCode =
  | 'INVALID_OPTION'
  | 'INVALID_ARGUMENT'
  | 'CONNECT_FAILED'
  | 'CLIENT_CLOSED'
  | 'DEADLINE_EXCEEDED'
  | 'UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'COMMAND_FAILED'
  | 'SERVER_UNSUPPORTED'
  | 'SDK_UNSUPPORTED'
  | 'CORRUPT_RECORD'
  | 'WRITE_CONFLICT'
  | 'TASK_TERMINAL'
  | 'LIMIT_EXCEEDED'
  | 'ENCRYPTION_KEY_UNKNOWN'
  | 'DECRYPTION_FAILED'
  | 'PLAINTEXT_RECORD'
  | 'EVENTS_LOST'
  | 'RUN_ENDED'
  | 'QUEUE_CLOSED'
  | 'EVENT_SET_ASIDE'
  | 'ABORTED';

/** Marks errors of every copy of this class: a process may hold the ESM and the CommonJS build of core, or two versions. */
const BRAND = Symbol.for('@a2a-redis/core/A2ARedisError');

/** What an {@link A2ARedisError} has besides its code and its message. */
export interface A2ARedisErrorOptions extends ErrorOptions {
  /**
   * One sentence for operators; see {@link A2ARedisError.detail}.
   * @default none
   */
  readonly detail?: string | undefined;
}

/**
 * Every fault that these packages raise themselves. Faults that belong to the A2A protocol (a page
 * token from elsewhere) use the SDK's own classes instead, so that a peer sees the right code.
 *
 * The SDK's transports send the message of any error to the client that made the request. So the message of what a
 * store or a queue throws holds nothing of how and where something is stored: that is in {@link A2ARedisError.detail}.
 * Each error with a detail is also told on the diagnostics channel `a2a-redis:error`.
 *
 * `instanceof` holds for an error of any copy of this class in the process: that of the ESM build, of the CommonJS
 * build, and of another version.
 */
export class A2ARedisError extends Error {
  override readonly name = 'A2ARedisError';
  /** What went wrong; see {@link A2ARedisErrorCode}. */
  readonly code: A2ARedisErrorCode;
  /**
   * One sentence for operators: the key, field, script or channel, or what the server replied. There is none where the
   * message says it all. Not for clients.
   */
  // Declared only, so that an error without a detail has no such property to be shown.
  declare readonly detail: string | undefined;

  /**
   * @param code What went wrong.
   * @param message One sentence that anybody may read, also a client elsewhere. It names the task, the queue, the option
   *   or the argument, and no key, tenant, owner, script, channel, server or reply of a server.
   * @param options `cause`: the error underneath. `detail`: what the message leaves out, for operators.
   */
  constructor(code: A2ARedisErrorCode, message: string, options?: A2ARedisErrorOptions) {
    super(message, options);
    this.code = code;
    if (options?.detail !== undefined) this.detail = options.detail;
  }

  static {
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  /** See the class: asked by `instanceof`. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // What is derived from it is told as ever.
    if (this !== A2ARedisError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && Reflect.get(value, BRAND) === true;
  }
}

/** Whether a client, a manager or a hub of channels is closed: to wait for it is of no use. */
export function isClientClosed(error: unknown): error is A2ARedisError {
  return error instanceof A2ARedisError && error.code === 'CLIENT_CLOSED';
}
