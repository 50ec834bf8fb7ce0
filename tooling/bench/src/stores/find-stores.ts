import { inMemoryStore } from './in-memory.ts';
import { jsonHashStore } from './json-hash.ts';
import { postgresStore } from './postgres.ts';
import { sqliteStore } from './sqlite.ts';
import type { StoreKind } from './store.ts';

/** The stores to compare with, and why others are missing. */
export interface FoundStores {
  readonly baselines: readonly StoreKind[];
  /** One line for each store that cannot be had here. */
  readonly missing: string[];
}

/** Finds the stores that this machine can run beside the one under test. */
export async function findStores(redisUrl: string): Promise<FoundStores> {
  const baselines: StoreKind[] = [inMemoryStore, jsonHashStore(redisUrl)];
  const missing: string[] = [];
  const databases = [
    { name: 'SQLite', make: sqliteStore },
    { name: 'PostgreSQL', make: postgresStore },
  ];
  for (const { name, make } of databases) {
    try {
      baselines.push(await make());
    } catch (error) {
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      missing.push(`DatabaseTaskStore on ${name} was left out: ${reason}`);
    }
  }
  return { baselines, missing };
}
