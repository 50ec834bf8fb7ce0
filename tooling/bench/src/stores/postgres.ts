import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';

import { DatabaseTaskStore } from '@a2a-js/sdk/server/database';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolConfig } from 'pg';

import { onInterruption } from '../interruption.ts';
import type { StoreKind } from './store.ts';
import { taskTableSql } from './task-table-sql.ts';

const CONNECT_DEADLINE_MS = 3000;

/**
 * The SDK's store on PostgreSQL: in a schema of its own that is dropped at the end, without a wait
 * for the disk at every commit, because Redis does not wait for one here either.
 *
 * @throws When no server lets us make a schema.
 */
export async function postgresStore(): Promise<StoreKind> {
  const server = await findServer();
  const tables = await taskTableSql('postgres');
  return {
    name: 'DatabaseTaskStore, PostgreSQL',
    savesWhole: true,
    lists: true,
    open: async () => {
      const schema = randomName();
      const pool = new Pool({
        ...server,
        options: `-c search_path=${schema} -c synchronous_commit=off -c client_min_messages=warning`,
      });
      // An idle connection that is lost is not worth a crash: the next query tells.
      pool.on('error', () => {});
      await pool.query(`create schema ${schema}`);
      await pool.query(tables);
      const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
      const another = (): DatabaseTaskStore => new DatabaseTaskStore(db);
      const drop = async (): Promise<void> => {
        await pool.query(`drop schema ${schema} cascade`);
      };
      const callOff = onInterruption(drop);
      return {
        store: another(),
        another,
        [Symbol.asyncDispose]: async () => {
          callOff();
          await drop();
          await db.destroy();
        },
      };
    },
  };
}

/** `DATABASE_URL`, else a server of this machine. */
async function findServer(): Promise<PoolConfig> {
  const failures: string[] = [];
  for (const candidate of candidates()) {
    const config = { ...candidate, connectionTimeoutMillis: CONNECT_DEADLINE_MS };
    const pool = new Pool({ ...config, max: 1 });
    pool.on('error', () => {});
    try {
      const schema = randomName();
      await pool.query(`create schema ${schema}`);
      await pool.query(`drop schema ${schema}`);
      return config;
    } catch (error) {
      failures.push(error instanceof Error && error.message !== '' ? error.message : String(error));
    } finally {
      await pool.end();
    }
  }
  throw new Error(`no PostgreSQL server is reachable (${[...new Set(failures)].join('; ')})`);
}

function candidates(): PoolConfig[] {
  const url = process.env['DATABASE_URL'];
  if (url !== undefined && /^postgres(?:ql)?:/.test(url)) return [{ connectionString: url }];
  const users = [process.env['PGUSER'] ?? userInfo().username, 'postgres'];
  return ['/var/run/postgresql', '127.0.0.1'].flatMap((host) =>
    users.map((user) => ({ host, port: 5432, user, database: 'postgres' })),
  );
}

function randomName(): string {
  return `a2a_bench_${randomBytes(8).toString('hex')}`;
}
