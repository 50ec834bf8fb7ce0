import { createCluster } from 'redis';
import { describe, expect, it } from 'vitest';

import { knowsAll } from './cluster.ts';
import { startRedisCluster } from './index.ts';
import { endpointOfUrl, sendCommands } from './resp.ts';
import { slotRanges } from './slot-ranges.ts';

const SLOTS = ['0-5460', '5461-10921', '10922-16383'];

it('divides the slots', () => {
  expect(slotRanges(1)).toEqual([[0, 16_383]]);
  expect(slotRanges(3).map((range) => range.join('-'))).toEqual(SLOTS);
});

describe('a cluster', () => {
  it('has three masters that agree on who serves which slots', async () => {
    await using cluster = await startRedisCluster();
    expect(cluster.urls).toHaveLength(3);
    expect(cluster.nodes.map((node) => node.url)).toEqual(cluster.urls);
    const ports = cluster.urls.map((url) => String(endpointOfUrl(url).port));
    const expected = ports.map(
      (port, index) => `127.0.0.1:${port}@${Number(port) + 10_000} ${SLOTS[index]}`,
    );
    for (const url of cluster.urls) {
      const [table = ''] = await sendCommands(endpointOfUrl(url), [['CLUSTER', 'NODES']]);
      const lines = table.trim().split('\n');
      const seen = lines.map((line) => line.split(' ')).map((line) => `${line[1]} ${line[8]}`);
      expect(seen.toSorted()).toEqual(expected.toSorted());
    }
  });

  it('serves every slot at once, also after a node was killed and started again', async () => {
    await using cluster = await startRedisCluster();
    const client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    client.on('error', () => undefined);
    await client.connect();
    const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    const sizes = await Promise.all(
      cluster.urls.map(async (url) => (await sendCommands(endpointOfUrl(url), [['DBSIZE']]))[0]),
    );
    expect(sizes.reduce((sum, size) => sum + Number(size), 0)).toBe(300);
    expect(sizes.filter((size) => size === '0')).toEqual([]);
    client.destroy();

    const node = cluster.nodes[0];
    await node?.kill();
    await node?.restart();
    const [table = ''] = await sendCommands(endpointOfUrl(node?.url ?? ''), [['CLUSTER', 'NODES']]);
    expect(table.trim().split('\n')).toHaveLength(3);
  });
});

function clusterInfo(state: string, known: number): string {
  return `cluster_state:${state}\r\ncluster_slots_ok:16384\r\ncluster_known_nodes:${known}\r\n`;
}

function nodeLine(flags: string, link: string): string {
  return `id 127.0.0.1:7000@17000 ${flags} - 0 0 1 ${link} 0-1\n`;
}

describe('agreement', () => {
  const me = nodeLine('myself,master', 'connected');

  it('needs all nodes, connected, and all slots', () => {
    const peer = nodeLine('master', 'connected');
    expect(knowsAll(clusterInfo('ok', 2), me + peer, 2)).toBe(true);
    expect(knowsAll(clusterInfo('fail', 2), me + peer, 2)).toBe(false);
    expect(knowsAll(clusterInfo('ok', 2), me + peer, 3)).toBe(false);
    expect(knowsAll(clusterInfo('ok', 3), me + peer + nodeLine('handshake', 'connected'), 3)).toBe(
      false,
    );
    expect(knowsAll(clusterInfo('ok', 2), me + nodeLine('master', 'disconnected'), 2)).toBe(false);
    expect(knowsAll(clusterInfo('ok', 2), me + nodeLine('master,fail?', 'connected'), 2)).toBe(
      false,
    );
  });
});
