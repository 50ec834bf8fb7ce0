import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StartedTestContainer } from 'testcontainers';

import { lastLines } from '../last-lines.ts';
import { messageOf } from '../message-of.ts';
import { progress } from '../progress.ts';
import { redisConf, TLS_FILES } from '../redis-conf.ts';
import type { RedisServer, RedisServerOptions } from '../redis-server.ts';
import type { Endpoint } from '../resp.ts';
import { serverUrl } from '../server-url.ts';
import { serverWithoutProcess } from '../server-without-process.ts';
import { createTlsFiles } from '../tls-files.ts';
import { waitUntilReady } from '../wait-until-ready.ts';
import type { Unavailable } from '../way.ts';
import { withinDeadline } from '../within-deadline.ts';

const IMAGE = 'redis:8';
const PORT = 6379;
const FOLDER = '/redis-server';
const LOG_LINES = 20;
const ENGINE_DEADLINE_MS = 10_000;
/** Includes the download of the image. */
const START_DEADLINE_MS = 300_000;

/** A container, which its reaper removes when this process ends without stopping it. */
export async function dockerServer(
  options: RedisServerOptions,
  engineDeadlineMs: number = ENGINE_DEADLINE_MS,
): Promise<RedisServer | Unavailable> {
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers');
  try {
    const late = `no answer within ${engineDeadlineMs} ms`;
    await withinDeadline(getContainerRuntimeClient(), engineDeadlineMs, late);
  } catch (error) {
    return { unavailable: `no Docker engine (${messageOf(error)})` };
  }
  // A published port is open to the network, so there is always a password.
  const secured = { ...options, password: options.password ?? randomUUID() };
  const tls = options.tls === true ? await readTlsFiles() : undefined;
  const place = { folder: FOLDER, port: PORT, bind: '* -::*' };
  const files = { ...tls, 'redis.conf': redisConf(place, secured) };
  const contents = Object.entries(files).map(([name, content]) => ({
    content,
    target: `${FOLDER}/${name}`,
  }));
  let log = '';
  const container = new GenericContainer(IMAGE)
    .withExposedPorts(PORT)
    .withCopyContentToContainer(contents)
    .withCommand(['redis-server', `${FOLDER}/redis.conf`])
    .withLogConsumer((stream) => stream.on('data', (chunk) => (log += String(chunk))));
  progress(`starting ${IMAGE} in Docker (downloads the image the first time)`);
  let started: StartedTestContainer;
  try {
    const late = `not started within ${START_DEADLINE_MS} ms`;
    started = await withinDeadline(container.start(), START_DEADLINE_MS, late);
  } catch (error) {
    return { unavailable: `${IMAGE}: ${messageOf(error)}\n${lastLines(log, LOG_LINES)}`.trimEnd() };
  }
  const tlsCa = tls?.[TLS_FILES.ca];
  const endpoint: Endpoint = {
    host: started.getHost(),
    port: started.getMappedPort(PORT),
    tls: options.tls,
    tlsCa,
    password: secured.password,
  };
  const release = async (): Promise<void> => {
    await started.stop();
  };
  try {
    const version = await waitUntilReady({
      endpoint,
      name: IMAGE,
      confFile: `${FOLDER}/redis.conf`,
      hasExited: () => false,
      readLog: async () => log,
    });
    const url = serverUrl(endpoint);
    return serverWithoutProcess({ source: 'docker', url, version, tlsCa, release });
  } catch (error) {
    await release();
    throw error;
  }
}

async function readTlsFiles(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-server-tls-'));
  try {
    await createTlsFiles(folder);
    const contents: Record<string, string> = {};
    for (const name of Object.values(TLS_FILES)) {
      contents[name] = await readFile(join(folder, name), 'utf8');
    }
    return contents;
  } finally {
    await rm(folder, { recursive: true });
  }
}
