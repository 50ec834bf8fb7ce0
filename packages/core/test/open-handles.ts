import { setTimeout as sleep } from 'node:timers/promises';

const KINDS = ['TCPSocketWrap', 'TLSWrap', 'PipeWrap', 'TCPConnectWrap', 'PipeConnectWrap'];

/** Sockets that are open or being opened, and timers, that keep this process alive. */
export function openHandles(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { Timeout: 0 };
  for (const kind of KINDS) counts[kind] = 0;
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind in counts) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Waits until as many are open as `before`; a closed socket lasts until the loop comes round. */
export async function handlesBackTo(
  before: Readonly<Record<string, number>>,
  rounds = 2000,
): Promise<boolean> {
  for (let round = 0; round < rounds; round += 1) {
    const now = openHandles();
    if (Object.entries(before).every(([kind, count]) => (now[kind] ?? 0) <= count)) return true;
    await sleep(10);
  }
  return false;
}
