import { setTimeout as sleep } from 'node:timers/promises';

import { connect } from './connect.ts';

/**
 * Waits until a server is a replica. After a failover the old primary is told late, and acknowledges
 * until then what nobody else will ever see.
 */
export async function untilReplica(url: string): Promise<void> {
  while (!(await isReplica(url))) await sleep(20);
}

async function isReplica(url: string): Promise<boolean> {
  try {
    const client = await connect(url);
    try {
      return (await client.info('replication')).includes('role:slave');
    } finally {
      client.destroy();
    }
  } catch {
    // Whoever makes it a replica cuts its connections off.
    return false;
  }
}
