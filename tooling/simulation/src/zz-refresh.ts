import { writeFileSync } from 'node:fs';
import { KNOWN_FAULTS } from './known-faults.ts';
import { signatureOf } from './promises/finding.ts';
import { bundleWorker } from './run/bundle.ts';
import { runSeeds } from './run/run-seeds.ts';
import { WorkerPool } from './run/worker-pool.ts';
import { LOADS, PROFILES } from './scenario/scenario.ts';

await using bundle = await bundleWorker();
await using pool = new WorkerPool(bundle.file, 2);
const shows: Record<string, boolean> = {};
await Promise.all(
  KNOWN_FAULTS.map(async (fault) => {
    const { verdict } = await pool.run({ what: fault, isTraced: false });
    shows[`${fault.seed} ${fault.signature}`] = (verdict?.findings ?? []).some(
      (each) => signatureOf(each) === fault.signature,
    );
  }),
);
console.log(
  Object.entries(shows)
    .filter(([, is]) => is)
    .map(([k]) => k)
    .join('\n'),
);
console.log(Object.values(shows).filter(Boolean).length, 'of', KNOWN_FAULTS.length, 'still show');
const found: Record<
  string,
  { count: number; seed: number; load: string; profiles: readonly string[]; detail: string }
> = {};
const per = Number(process.argv[2] ?? 300);
for (const load of LOADS) {
  for (const profile of PROFILES) {
    await runSeeds(
      { from: 500_000, count: per, lanes: 2 },
      async (seed) => pool.run({ what: { seed, profiles: [profile], load }, isTraced: false }),
      (result) => {
        if (result.verdict === undefined)
          console.log('FAILS', result.scenario.seed, load, profile, result.error?.split('\n')[0]);
        for (const each of result.verdict?.findings ?? []) {
          const signature = signatureOf(each);
          const known = (found[signature] ??= {
            count: 0,
            seed: result.scenario.seed,
            load,
            profiles: [profile],
            detail: each.detail,
          });
          known.count += 1;
        }
        return true;
      },
    );
  }
}
writeFileSync('/tmp/found.json', JSON.stringify(found, null, 1));
console.log(
  Object.entries(found)
    .map(([k, v]) => `${k}: ${v.count} ${v.load} ${v.profiles.join()} ${v.seed}`)
    .join('\n'),
);
