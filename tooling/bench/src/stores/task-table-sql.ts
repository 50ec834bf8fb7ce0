import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const A2A_DB = fileURLToPath(new URL('../../node_modules/.bin/a2a-db', import.meta.url));

/** The SQL of the SDK's own migrations for its task table, as its `a2a-db` command prints it. */
export async function taskTableSql(dialect: 'sqlite' | 'postgres'): Promise<string> {
  const args = ['upgrade', '--sql', '--dialect', dialect, '--store', 'tasks'];
  const { stdout } = await promisify(execFile)(A2A_DB, args);
  return stdout;
}
