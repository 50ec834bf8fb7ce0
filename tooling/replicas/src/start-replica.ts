import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { startGuard } from './guard.ts';
import { isMessageFromReplica, type CallTable, type NoCalls } from './messages.ts';
import { Replica, type ExitOutcome } from './replica.ts';
import { withDeadline } from './with-deadline.ts';

const LOG_LINES = 200;
/** Resolved here, because the module may lie where there is none. */
const TSX = import.meta.resolve('tsx');

/** Options of {@link startReplica}. */
export interface ReplicaOptions {
  /** A TypeScript or JavaScript module that calls `serveReplica`. */
  readonly module: URL;
  /** Names the replica in errors and in the proxy's responses; `REPLICA_NAME` in its environment. */
  readonly name: string;
  /** Environment variables, in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * How long it may take until it serves, in milliseconds. A test that starts a hundred of them gives them more.
   * @default 100_000
   */
  readonly startDeadlineMs?: number | undefined;
}

/**
 * Starts a process that runs a module, and waits until it serves. It ends with this process,
 * however that ends.
 *
 * @throws Error when it ends before it serves, with what it printed, or when its deadline passes.
 */
export async function startReplica<C extends CallTable<C> = NoCalls>(
  options: ReplicaOptions,
): Promise<Replica<C>> {
  const { module, name, env, startDeadlineMs = 100_000 } = options;
  const guard = await startGuard();
  const child = spawn(process.execPath, ['--import', TSX, fileURLToPath(module)], {
    env: { ...process.env, ...env, REPLICA_NAME: name },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const ended = outcomeOf(child).finally(() => guard.release());
  await once(child, 'spawn');
  guard.watch(child.pid ?? 0);
  const replica = new Replica<C>({ name, child, ended, log: collectLog(child) });
  const ready = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (!isMessageFromReplica(message)) return;
      replica.receive(message);
      if (message.type === 'ready') resolve();
    });
  });
  const endedEarly = ended.then((outcome) => {
    throw new Error(`replica "${name}" ended at its start (${outcome}): ${replica.log()}`);
  });
  try {
    await withDeadline(Promise.race([ready, endedEarly]), startDeadlineMs, () => {
      return `replica "${name}" did not start: ${replica.log()}`;
    });
  } catch (error) {
    await replica.kill();
    throw error;
  }
  return replica;
}

/** Comes with `close`, when all that the process printed has arrived. */
async function outcomeOf(child: ChildProcess): Promise<ExitOutcome> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
}

function collectLog(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).split('\n').slice(-LOG_LINES).join('\n');
    });
  }
  return () => text.trim();
}
