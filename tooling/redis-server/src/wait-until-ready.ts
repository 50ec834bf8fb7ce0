import { setTimeout as sleep } from 'node:timers/promises';

import { infoField } from './info-field.ts';
import { lastLines } from './last-lines.ts';
import { sendCommands, type Endpoint } from './resp.ts';

/** A server that was just started. */
export interface StartingServer {
  readonly endpoint: Endpoint;
  /** For the error message. */
  readonly name: string;
  /** Its configuration file, by which it is told from another server on the same port. */
  readonly confFile: string;
  readonly hasExited: () => boolean;
  readonly readLog: () => Promise<string>;
}

const DEADLINE_MS = 20_000;
/** Short, because what listens on the port may be another server, which never answers. */
const ATTEMPT_MS = 500;
const INTERVAL_MS = 10;
const LOG_LINES = 20;

/**
 * Waits until the server answers a PING, and returns its version.
 *
 * @throws Error with the end of the server's log when it ends or the deadline passes.
 */
export async function waitUntilReady(server: StartingServer): Promise<string> {
  const { endpoint, name, confFile, hasExited, readLog } = server;
  const deadline = Date.now() + DEADLINE_MS;
  let lastError: unknown;
  while (!hasExited() && Date.now() < deadline) {
    try {
      const commands = [['PING'], ['INFO', 'server']];
      const [, info = ''] = await sendCommands(endpoint, commands, ATTEMPT_MS);
      if (infoField(info, 'config_file') === confFile) return infoField(info, 'redis_version');
      lastError = new Error('another server answers in its place');
    } catch (error) {
      lastError = error;
    }
    await sleep(INTERVAL_MS);
  }
  const outcome = hasExited() ? 'ended at once' : `gave no answer in ${DEADLINE_MS} ms`;
  const log = lastLines(await readLog(), LOG_LINES);
  throw new Error(`${name} ${outcome}. The end of its log:\n${log}`, { cause: lastError });
}
