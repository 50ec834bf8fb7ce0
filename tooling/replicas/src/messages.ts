/**
 * What a replica can be asked: functions by name. Arguments and results are copied as by
 * `structuredClone`.
 */
export type CallTable<C> = { readonly [N in keyof C]: (...args: never[]) => unknown };

/** The calls of a replica that takes none. */
export type NoCalls = Readonly<Record<string, never>>;

/** From the test to a replica. */
export interface CallMessage {
  readonly type: 'call';
  readonly id: number;
  readonly name: string;
  /** `never`, because the replica's function says what it takes, and the caller was held to it. */
  readonly args: readonly never[];
}

/** From a replica, once it serves. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly url: string | undefined;
}

/** From a replica: what a call returned. */
export interface ReturnMessage {
  readonly type: 'return';
  readonly id: number;
  readonly value: unknown;
}

/** From a replica: what a call threw. */
export interface ThrowMessage {
  readonly type: 'throw';
  readonly id: number;
  readonly message: string;
  readonly stack: string | undefined;
}

/** All that a replica sends. */
export type MessageFromReplica = ReadyMessage | ReturnMessage | ThrowMessage;

/** Tells a call from what else may arrive in a replica. */
export function isCallMessage(message: unknown): message is CallMessage {
  return hasType(message, ['call']);
}

/** Tells the harness's messages from those that a module sends on its own. */
export function isMessageFromReplica(message: unknown): message is MessageFromReplica {
  return hasType(message, ['ready', 'return', 'throw']);
}

function hasType(message: unknown, types: readonly string[]): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    types.some((type) => type === message.type)
  );
}
