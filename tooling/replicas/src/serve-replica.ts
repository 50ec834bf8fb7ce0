import {
  isCallMessage,
  type CallMessage,
  type CallTable,
  type MessageFromReplica,
  type NoCalls,
} from './messages.ts';

/** After this time a process that was told to stop says what keeps it, in milliseconds. */
const STOP_PATIENCE_MS = 5_000;

/** A replica's work, once it runs. */
export interface ServingReplica<C extends CallTable<C>> {
  /** Where it serves, if it does. */
  readonly url?: string | undefined;
  /** What the test can ask; see `Replica.call`. */
  readonly calls?: C | undefined;
  /** Ends the work at SIGTERM. The process ends once nothing is left open. */
  readonly stop?: (() => Promise<void> | void) | undefined;
}

/** What a replica does. */
export interface ReplicaModule<C extends CallTable<C>> {
  /**
   * Starts the work. Settings come from the environment.
   *
   * @param name The replica's name.
   */
  start(name: string): Promise<ServingReplica<C>>;
}

/**
 * Makes this process a replica: starts the work, answers calls, stops at SIGTERM, and ends when the
 * process that started it is gone. A replica's module calls it once.
 *
 * @throws Error in a process that `startReplica` did not start.
 */
export function serveReplica<C extends CallTable<C> = NoCalls>(module: ReplicaModule<C>): void {
  const name = process.env['REPLICA_NAME'];
  if (process.send === undefined || name === undefined) {
    throw new Error('a replica is started with startReplica');
  }
  process.on('disconnect', endAlone);
  // The parent may have gone while this process was starting.
  if (!process.connected) endAlone();
  const serving = module.start(name).catch(fail);
  process.once('SIGTERM', () => {
    serving.then(stop).catch(fail);
  });
  process.on('message', (message) => {
    if (isCallMessage(message)) serving.then(async (it) => answer(it, message)).catch(fail);
  });
  serving.then(({ url }) => send({ type: 'ready', url })).catch(fail);
}

async function answer<C extends CallTable<C>>(
  { calls }: ServingReplica<C>,
  { id, name, args }: CallMessage,
): Promise<void> {
  try {
    const table = new Map<string, (...args: never[]) => unknown>(Object.entries(calls ?? {}));
    const call = table.get(name);
    if (call === undefined) throw new Error('no such function');
    send({ type: 'return', id, value: await call(...args) });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    send({ type: 'throw', id, message, stack });
  }
}

function send(message: MessageFromReplica): void {
  if (process.connected) process.send?.(message);
}

async function stop<C extends CallTable<C>>(serving: ServingReplica<C>): Promise<void> {
  await serving.stop?.();
  // The channel would keep the process. What else keeps it was forgotten by the work's own stop.
  process.off('disconnect', endAlone);
  if (process.connected) process.disconnect();
  setTimeout(() => {
    console.error('still open after stop:', process.getActiveResourcesInfo());
  }, STOP_PATIENCE_MS).unref();
}

function endAlone(): never {
  process.exit(1);
}

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}
