import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { type RedisServer, startRedisServer } from '@a2a-redis-internal/redis-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BUILT = new URL('../../dist/index.mjs', import.meta.url).href;

/** Runs a program in a process of its own, which ends when nothing holds it any longer. */
async function run(
  program: string,
  url: string,
): Promise<readonly [number | null, string, string]> {
  const source = `import * as core from ${JSON.stringify(BUILT)};\nconst url = process.argv[1];\n${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source, '--', url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return [code, out, err];
}

describe('a process', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedisServer({ processControl: true });
  });
  afterAll(async () => {
    await server.stop();
  });

  it('ends by itself when its client could not connect', async () => {
    const program = `
      const options = [{ url }, { url, maxConnections: 3 }, { cluster: [url] }];
      for (const option of options) {
        await core.createRedisClient({ ...option, connectTimeoutMs: 300 }).catch((error) => {
          console.log(error.code);
        });
      }`;
    const result = await run(program, 'redis://127.0.0.1:1');
    expect(result).toEqual([0, 'CONNECT_FAILED\nCONNECT_FAILED\nCONNECT_FAILED\n', '']);
  });

  it('ends by itself when its clients are closed, and a monitor still runs', async () => {
    const program = `
      const client = await core.createRedisClient({ url });
      const manager = new core.RedisConnectionManager({ url, maxConnections: 3 });
      const monitor = new core.RedisHealthMonitor(await manager.get());
      monitor.start();
      console.log((await monitor.check()).status);
      await manager.close();
      await client.close();`;
    expect(await run(program, server.url)).toEqual([0, 'healthy\n', '']);
  });

  it('lives on when Redis does not, and ends when its client is destroyed', async () => {
    const program = `
      const client = await core.createRedisClient({ url });
      const reconnecting = new Promise((resolve) => client.once('reconnecting', resolve));
      await client.sendCommand(['SHUTDOWN', 'NOSAVE']).catch(() => {});
      await reconnecting;
      const result = await core.safeRedisOperation(() => client.ping(), { deadlineMs: 100 });
      console.log(result.error.code);
      client.destroy();`;
    await using victim = await startRedisServer({ processControl: true });
    const [code, out, err] = await run(program, victim.url);
    expect([code, out]).toEqual([0, 'DEADLINE_EXCEEDED\n']);
    expect(err).toContain('[REDIS_CLIENT_ERROR] A2ARedisWarning: Redis client @a2a-redis/core:');
    expect(err).not.toContain('Unhandled');
  });
});
