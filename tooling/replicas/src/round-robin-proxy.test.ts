import { once } from 'node:events';
import { createServer } from 'node:http';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { startReplicas, startRoundRobinProxy, type ReplicaGroup } from './index.ts';
import type { AgentCalls } from './testing/agent.ts';

const AGENT = new URL('testing/agent.ts', import.meta.url);

let group: ReplicaGroup<AgentCalls>;

beforeAll(async () => {
  group = await startReplicas(['a', 'b', 'c'], { module: AGENT });
});

afterAll(async () => group[Symbol.asyncDispose]());

async function servers(url: string, count: number): Promise<(string | null)[]> {
  const names: (string | null)[] = [];
  for (let index = 0; index < count; index += 1) {
    const response = await fetch(url);
    await response.text();
    names.push(response.headers.get('x-replica'));
  }
  return names;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reads one event at a time. */
function eventsOf(response: Response): () => Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  return async () => (await reader?.read())?.value ?? 'end';
}

describe('the proxy', () => {
  it('hands each request to the next replica and passes everything on', async () => {
    await using proxy = await startRoundRobinProxy(group.replicas);
    const response = await fetch(`${proxy.url}/path?q=1`, {
      method: 'PUT',
      body: 'x'.repeat(100_000),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-echo')).toBe('yes');
    expect(await response.text()).toBe(`a PUT /path?q=1 ${'x'.repeat(100_000)}`);
    expect(await servers(proxy.url, 4)).toEqual(['b', 'c', 'a', 'b']);
  });

  it('passes events on as they come', async () => {
    const [a] = group.replicas;
    if (a === undefined) throw new Error('no replica');
    await using proxy = await startRoundRobinProxy([a]);
    const response = await fetch(`${proxy.url}/stream`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const next = eventsOf(response);
    for (const data of ['one', 'two', 'three']) {
      expect(await a.call('publish', data)).toBe(1);
      expect(await next()).toBe(`data: ${data}\n\n`);
    }
    await response.body?.cancel().catch(() => undefined);
  });

  it('tells the replica when the client goes', async () => {
    const [a] = group.replicas;
    if (a === undefined) throw new Error('no replica');
    await using proxy = await startRoundRobinProxy([a]);
    const client = new AbortController();
    await fetch(`${proxy.url}/stream`, { signal: client.signal });
    expect(await a.call('publish', 'x')).toBe(1);
    client.abort();
    await vi.waitFor(async () => expect(await a.call('publish', 'x')).toBe(0));
  });

  it('drops the connections of a path, or all', async () => {
    const [a] = group.replicas;
    if (a === undefined) throw new Error('no replica');
    await using proxy = await startRoundRobinProxy([a]);
    const paths = ['/stream/1', '/stream/2', '/stream/3'];
    const ends = await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(proxy.url + path);
        return { path, end: response.text().catch(messageOf) };
      }),
    );
    expect(proxy.dropConnections('/stream/2')).toBe(1);
    expect(await ends[1]?.end).toBe('terminated');
    await vi.waitUntil(async () => (await a.call('publish', 'x')) === 2);
    expect(proxy.dropConnections()).toBe(2);
    expect(await Promise.all(ends.map(({ end }) => end))).toEqual(paths.map(() => 'terminated'));
    expect(proxy.dropConnections()).toBe(0);
  });

  it('answers 503 without a server and takes new ones', async () => {
    await using proxy = await startRoundRobinProxy();
    expect((await fetch(proxy.url)).status).toBe(503);
    proxy.setTargets(group.replicas);
    expect(await servers(proxy.url, 2)).toEqual(['a', 'b']);
  });
});

describe('the proxy of a replica that dies', () => {
  it('skips it, breaks its streams off, and repeats no request', async () => {
    await using own = await startReplicas<AgentCalls>(['a', 'b', 'c'], { module: AGENT });
    await using proxy = await startRoundRobinProxy(own.replicas);
    const [a, b, c] = own.replicas;
    expect(await servers(proxy.url, 1)).toEqual(['a']);
    const stream = await fetch(`${proxy.url}/stream`);
    expect(stream.headers.get('x-replica')).toBe('b');
    const next = eventsOf(stream);
    await b?.call('publish', 'one');
    expect(await next()).toBe('data: one\n\n');
    await b?.kill();
    await expect(next()).rejects.toThrow('terminated');
    expect(await servers(proxy.url, 5)).toEqual(['c', 'a', 'c', 'a', 'c']);

    const broken = await fetch(`${proxy.url}/break`, { method: 'POST', body: 'once' });
    expect([broken.status, broken.headers.get('x-replica')]).toEqual([502, 'a']);
    await a?.ended;
    expect(await servers(proxy.url, 3)).toEqual(['c', 'c', 'c']);
    await c?.kill();
    expect((await fetch(proxy.url)).status).toBe(503);
  });

  it('closes with its connections, also those that wait for an answer', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const arrived = once(silent, 'request');
    const proxy = await startRoundRobinProxy([
      { name: 'silent', url: `http://127.0.0.1:${address.port}` },
    ]);
    const [result] = await Promise.allSettled([
      fetch(proxy.url),
      arrived.then(async () => proxy[Symbol.asyncDispose]()),
    ]);
    expect(result).toMatchObject({ status: 'rejected', reason: { message: 'fetch failed' } });
    await proxy[Symbol.asyncDispose]();
    silent.closeAllConnections();
    silent.close();
  });
});
