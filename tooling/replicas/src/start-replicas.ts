import type { CallTable, NoCalls } from './messages.ts';
import type { Replica } from './replica.ts';
import { startReplica, type ReplicaOptions } from './start-replica.ts';

/** Replicas of one module. Dispose it (`await using`) to kill them all. */
export interface ReplicaGroup<C extends CallTable<C>> extends AsyncDisposable {
  /** In the order of their names. */
  readonly replicas: readonly Replica<C>[];
}

/**
 * Starts a replica for each name, all at once.
 *
 * @throws Error as {@link startReplica} does. Then none of them is left running.
 */
export async function startReplicas<C extends CallTable<C> = NoCalls>(
  names: readonly string[],
  options: Omit<ReplicaOptions, 'name'>,
): Promise<ReplicaGroup<C>> {
  const started = await Promise.allSettled(
    names.map(async (name) => startReplica<C>({ ...options, name })),
  );
  const replicas = started.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  const killAll = async (): Promise<void> => {
    await Promise.all(replicas.map(async (replica) => replica.kill()));
  };
  for (const result of started) {
    if (result.status === 'fulfilled') continue;
    await killAll();
    throw result.reason;
  }
  return { replicas, [Symbol.asyncDispose]: killAll };
}
