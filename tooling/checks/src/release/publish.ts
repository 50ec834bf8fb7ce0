import { pnpmCommand } from '../runner/pnpm.ts';
import { runCommand } from '../runner/command.ts';
import { repositoryRoot } from '../workspace/repository.ts';
import { pendingChangesets } from './changesets.ts';

/**
 * Publishes the packages whose version is not published yet, after the whole check.
 *
 * @throws {Error} When changesets wait for `pnpm changeset version`, or the check or a publish failed.
 */
export async function publish(): Promise<void> {
  const pending = pendingChangesets(repositoryRoot);
  if (pending.length > 0) {
    throw new Error(
      `Run \`pnpm changeset version\` and commit its result first: ${pending.join(', ')}`,
    );
  }
  const [pnpm, ...before] = pnpmCommand();
  for (const args of [['test'], ['exec', 'changeset', 'publish']]) {
    const { ok } = await runCommand(pnpm, [...before, ...args], { live: true });
    if (!ok) throw new Error(`pnpm ${args.join(' ')} failed: nothing further was published`);
  }
}
