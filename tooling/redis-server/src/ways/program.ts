import { findProgram } from '../find-program.ts';
import { startLocalServer } from '../local-server.ts';
import type { Way } from '../way.ts';

/** A server program on PATH. */
export function program(name: 'redis-server' | 'valkey-server'): Way {
  return async (options) => {
    const path = await findProgram(name);
    if (path === undefined) return { unavailable: 'not on PATH' };
    return startLocalServer(path, name, options);
  };
}
