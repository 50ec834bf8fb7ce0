import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { startReplica, startReplicas } from './index.ts';
import type { AgentCalls } from './testing/agent.ts';
import { isRunning } from './testing/is-running.ts';

const AGENT = new URL('testing/agent.ts', import.meta.url);
const FAILING = new URL('testing/failing.ts', import.meta.url);

describe('a replica', () => {
  it('serves in a process of its own and can be asked', async () => {
    await using replica = await startReplica<AgentCalls>({
      module: AGENT,
      name: 'a',
      env: { COLOUR: 'blue' },
    });
    expect(replica.pid).not.toBe(process.pid);
    expect(isRunning(replica.pid)).toBe(true);
    expect(replica.log()).toBe('a listens');
    const response = await fetch(`${replica.url}/x`, { method: 'POST', body: 'hello' });
    expect(await response.text()).toBe('a POST /x hello');

    expect(await replica.call('add', 1, 2)).toBe(3);
    expect(await replica.call('env', 'COLOUR')).toBe('blue');
    expect(await replica.call('env', 'NO_SUCH')).toBe(undefined);
    expect(await replica.call('values')).toEqual([
      undefined,
      new Map([['a', 1n]]),
      new Uint8Array([1, 2]),
    ]);
    await expect(replica.call('fail')).rejects.toMatchObject({
      message: 'replica "a", fail: out of range',
      cause: expect.stringContaining('RangeError'),
    });
    await expect(replica.call('toString' as 'fail')).rejects.toThrow('no such function');
  });

  it('answers many calls at once, each with its own result', async () => {
    await using replica = await startReplica<AgentCalls>({ module: AGENT, name: 'a' });
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const sums = await Promise.all(numbers.map((number) => replica.call('add', number, number)));
    expect(sums).toEqual(numbers.map((number) => 2 * number));
  });

  it('ends at once when it is killed, and so does every wait for it', async () => {
    await using replica = await startReplica<AgentCalls>({ module: AGENT, name: 'a' });
    const waiting = [replica.call('never'), replica.call('never')];
    const settled = Promise.allSettled(waiting);
    expect(await replica.kill()).toBe('SIGKILL');
    const gone = new Error('replica "a" ended (SIGKILL): a listens');
    expect(await settled).toEqual([
      { status: 'rejected', reason: gone },
      { status: 'rejected', reason: gone },
    ]);
    await expect(replica.call('add', 1, 2)).rejects.toThrow(gone);
    expect(isRunning(replica.pid)).toBe(false);
    expect(await replica.ended).toBe('SIGKILL');
    expect(await replica.kill()).toBe('SIGKILL');
  });

  it('stands still while it is paused and then goes on', async () => {
    await using replica = await startReplica<AgentCalls>({ module: AGENT, name: 'a' });
    replica.pause();
    let answered = false;
    const sum = replica.call('add', 1, 2).finally(() => (answered = true));
    await expect(fetch(replica.url, { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(answered).toBe(false);
    replica.resume();
    expect(await sum).toBe(3);
    expect(await (await fetch(replica.url)).text()).toBe('a GET / ');
  });

  it('can be killed while it is paused', async () => {
    await using replica = await startReplica({ module: AGENT, name: 'a' });
    replica.pause();
    expect(await replica.kill()).toBe('SIGKILL');
  });

  it('stops its work at SIGTERM and ends by itself', async () => {
    await using replica = await startReplica({ module: AGENT, name: 'a' });
    const stream = await fetch(`${replica.url}/stream`);
    const [outcome, body] = await Promise.allSettled([replica.terminate(), stream.text()]);
    expect(outcome).toEqual({ status: 'fulfilled', value: 0 });
    expect(body).toMatchObject({ status: 'rejected', reason: { message: 'terminated' } });
  });

  it('says what a process printed that did not start', async () => {
    await expect(
      startReplica({ module: FAILING, name: 'a', env: { FAILING: 'a' } }),
    ).rejects.toThrow(/^replica "a" ended at its start \(1\): Error: a cannot start/);
    const missing = new URL('testing/no-such-module.ts', import.meta.url);
    await expect(startReplica({ module: missing, name: 'a' })).rejects.toThrow(
      /ended at its start.*no-such-module/s,
    );
  });
});

describe('a group of replicas', () => {
  it('starts in the order of the names and is killed together', async () => {
    const group = await startReplicas<AgentCalls>(['a', 'b', 'c'], { module: AGENT });
    expect(group.replicas.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const names = group.replicas.map((replica) => replica.call('env', 'REPLICA_NAME'));
    expect(await Promise.all(names)).toEqual(['a', 'b', 'c']);
    await group[Symbol.asyncDispose]();
    expect(group.replicas.map(({ pid }) => isRunning(pid))).toEqual([false, false, false]);
  });

  it('leaves none running when one does not start', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'replicas-'));
    try {
      const env = { FAILING: 'b', FOLDER: folder };
      await expect(startReplicas(['a', 'b'], { module: FAILING, env })).rejects.toThrow(
        /^replica "b" ended at its start/,
      );
      const pid = Number(await readFile(join(folder, 'a'), 'utf8'));
      expect(pid).toBeGreaterThan(0);
      expect(isRunning(pid)).toBe(false);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
