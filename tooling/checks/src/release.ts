import { dryRun } from './release/dry-run.ts';
import { publish } from './release/publish.ts';

const [option, ...others] = process.argv.slice(2);
if (others.length > 0 || (option !== undefined && option !== '--dry-run')) {
  console.error('Usage: pnpm release [--dry-run]');
  process.exitCode = 2;
} else {
  try {
    await (option === undefined ? publish() : dryRun((text) => console.log(text)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
