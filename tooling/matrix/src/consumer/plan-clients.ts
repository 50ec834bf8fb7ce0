import { type PlannedRow, today } from '../row.ts';
import { createConsumer } from './project.ts';
import type { Surroundings } from './surroundings.ts';
import { tryPackages } from './try-packages.ts';

/** Versions of node-redis: the first and the newest of each major, and some between. */
const REDIS_VERSIONS = ['5.0.1', '5.5', '5.8', '5', '6.0.0', '6.1', '6'] as const;
/** Versions of the SDK, with the newest node-redis. */
const SDK_VERSIONS = ['1.3.0', '1'] as const;

/** A row for each version of the packages that applications bring. */
export function planClients(surroundings: Surroundings): readonly PlannedRow[] {
  return [
    ...REDIS_VERSIONS.map((version) => ({ package: 'redis', version })),
    ...SDK_VERSIONS.map((version) => ({ package: '@a2a-js/sdk', version })),
  ].map(({ package: brought, version }) => {
    const name = `${brought.replace('@a2a-js/', '')}-${version}`;
    return {
      section: 'clients',
      name,
      run: async () => {
        const tarballs = await surroundings.tarballs();
        await using consumer = await createConsumer(tarballs, { [brought]: version });
        const scenarios = await surroundings.scenarios();
        const cells = await tryPackages([process.execPath], consumer.folder, tarballs, scenarios);
        const [redis, sdk] = await Promise.all([
          consumer.versionOf('redis'),
          consumer.versionOf('@a2a-js/sdk'),
        ]);
        const versions = `redis ${redis}, SDK ${sdk}`;
        return { section: 'clients', name, version: versions, date: today(), cells };
      },
    };
  });
}
