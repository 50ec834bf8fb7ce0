import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DatabaseTaskStore } from '@a2a-js/sdk/server/database';
import { Kysely, SqliteDialect } from 'kysely';

import { onInterruption } from '../interruption.ts';
import { sqliteDriver } from './sqlite-driver.ts';
import type { StoreKind } from './store.ts';
import { taskTableSql } from './task-table-sql.ts';

/**
 * The SDK's store on SQLite: a file in the folder for temporary files, with a write-ahead log and
 * without a wait for the disk at every commit, because Redis does not wait for one here either.
 *
 * @throws When better-sqlite3 cannot be had.
 */
export async function sqliteStore(): Promise<StoreKind> {
  const driver = await sqliteDriver();
  const schema = await taskTableSql('sqlite');
  return {
    name: 'DatabaseTaskStore, SQLite',
    savesWhole: true,
    lists: true,
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'a2a-bench-'));
      const database = new driver(join(folder, 'tasks.db'));
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
      database.exec(schema);
      const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) });
      const another = (): DatabaseTaskStore => new DatabaseTaskStore(db);
      const remove = (): Promise<void> => rm(folder, { recursive: true });
      const callOff = onInterruption(remove);
      return {
        store: another(),
        another,
        [Symbol.asyncDispose]: async () => {
          callOff();
          await db.destroy();
          await remove();
        },
      };
    },
  };
}
