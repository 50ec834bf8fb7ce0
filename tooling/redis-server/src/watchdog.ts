import { once } from 'node:events';

import { spawnShell, type Shell } from './spawn-shell.ts';

/**
 * Reads process ids, one a line, of which the last counts. The end of its input means that the
 * parent closed it or is gone, however it died: then it kills that process with its children and
 * removes the folder. A process that is still dying can add a file, hence the repetition.
 */
const SCRIPT = `
server=
while read -r line; do server=$line; done
[ -z "$server" ] || kill -s KILL -- "-$server" 2>/dev/null
for attempt in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$1" 2>/dev/null
  [ -e "$1" ] || exit 0
  sleep 0.1
done
echo "could not remove $1" >&2
exit 1
`;

/**
 * A small process that outlives this one for a moment and cleans up after it.
 *
 * Being the only one who does so, it serves a normal `stop()`, a normal exit, signals, uncaught
 * errors and SIGKILL alike.
 */
export class Watchdog {
  readonly #shell: Shell;

  private constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** @param folder absolute path of the folder to remove in the end */
  static async start(folder: string): Promise<Watchdog> {
    return new Watchdog(await spawnShell(SCRIPT, [folder], ['ignore', 'inherit']));
  }

  /** Resolves once the watchdog is certain to kill this process group. */
  async guard(pid: number): Promise<void> {
    await this.#tell(String(pid));
  }

  /** The guarded process ended; its id may soon belong to another. */
  async forget(): Promise<void> {
    await this.#tell('');
  }

  /** Kills what is guarded and removes the folder. */
  async clean(): Promise<void> {
    const { child, input } = this.#shell;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const exited = once(child, 'exit');
    input.end();
    await exited;
  }

  #tell(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#shell.input.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }
}
