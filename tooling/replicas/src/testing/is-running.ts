import { readFileSync } from 'node:fs';
import { kill, platform } from 'node:process';

/** A zombie counts as gone: it is up to the first process of the system to take it away. */
export function isRunning(pid: number): boolean {
  try {
    kill(pid, 0);
    return (
      platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
    );
  } catch {
    return false;
  }
}
