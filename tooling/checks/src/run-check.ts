import { runConsumers } from './consumers/run-consumers.ts';
import { checkApiDocs } from './docs/api-docs.ts';
import { checkPackages } from './packages/check-packages.ts';
import { packPackages } from './packages/pack.ts';
import { warmUpRedis } from './redis/warm-up.ts';
import { runCommand } from './runner/command.ts';
import { runSteps } from './runner/run-steps.ts';
import { resultOfFindings, type Step, type StepGroup } from './runner/step.ts';
import { runTests } from './runner/test-step.ts';
import { typedFolders } from './workspace/typed-folders.ts';

const needs = ['build'];
await using tarballs = packPackages();

// Longest first, so that the lanes end together.
const groups: readonly StepGroup[] = [
  [command('build', 'turbo', ['run', 'build']), { name: 'redis', run: warmUpRedis }],
  [
    // All projects in one process, which reads the declarations of their dependencies once.
    command('types', 'tsc', ['--build', '--force', ...typedFolders()], needs),
    { name: 'consumers', needs, run: async () => resultOfFindings(await runConsumers(tarballs)) },
    { name: 'api docs', needs, run: checkApiDocs },
    command('lint', 'oxlint', ['--type-aware', '--deny-warnings'], needs),
    { name: 'packages', needs, run: async () => resultOfFindings(await checkPackages(tarballs)) },
    command('unused', 'knip', []),
    command('format', 'oxfmt', ['--check', '.']),
  ],
  [{ name: 'tests', needs, run: runTests }],
];

const { passed, failed, skipped, notes } = await runSteps(groups, (text) => console.log(text));
console.log('');
for (const note of notes) console.log(note);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function command(
  name: string,
  program: string,
  args: readonly string[],
  needed: readonly string[] = [],
): Step {
  return {
    name,
    needs: needed,
    run: async () => {
      const { ok, output } = await runCommand(program, args);
      return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output };
    },
  };
}
