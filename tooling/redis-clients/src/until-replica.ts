import { setTimeout as sleep } from 'node:timers/promises';

import { connect } from './connect.ts';

/**
 * Waits until a server is a replica. After a failover the old primary is told late, and acknowledges
 * until then what nobody else will ever see.
 */
export async function untilReplica(url: string): Promise<void> {
  const client = await connect(url);
  while (!(await client.info('replication')).includes('role:slave')) await sleep(20);
  await client.close();
}
