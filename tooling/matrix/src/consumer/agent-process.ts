import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { withinDeadline } from '@a2a-redis-internal/redis-server/within-deadline';

const START_DEADLINE_MS = 90_000;

/** How a runtime runs a program: its path and what comes before the program's name. */
export type RuntimeCommand = readonly [path: string, ...args: string[]];

/** A replica of the consumer's agent in a process of its own. Dispose it to kill it. */
export class AgentProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #closed: Promise<unknown>;
  #url = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#closed = once(child, 'close');
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#lines.push(text));
  }

  /**
   * Starts the agent and waits until it serves.
   *
   * @param program Of the consumer's folder, where it runs.
   * @throws Error with what it printed when it ends before it serves, or takes longer than a minute and a half.
   */
  static async start(
    [path, ...args]: RuntimeCommand,
    program: string,
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<AgentProcess> {
    const child = spawn(path, [...args, program], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const agent = new AgentProcess(child);
    try {
      await withinDeadline(agent.#serves(), START_DEADLINE_MS, 'the agent does not start');
    } catch (error) {
      await agent.kill();
      throw new Error(`${String(error)}\n${agent.log}`, { cause: error });
    }
    return agent;
  }

  /** Where it serves. */
  get url(): string {
    return this.#url;
  }

  /** What it printed besides its address. */
  get log(): string {
    return this.#lines.join('').trim();
  }

  /** SIGKILL, and waits for its end. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #serves(): Promise<void> {
    const { stdout } = this.#child;
    if (stdout === null) throw new TypeError('The output of the agent is a pipe.');
    const lines = createInterface({ input: stdout });
    // All its output is read, so that it never waits for a reader.
    lines.on('line', (line) => {
      if (this.#url === '' && URL.canParse(line)) this.#url = line;
      else this.#lines.push(`${line}\n`);
    });
    const ended = this.#closed.then(() => {
      throw new Error('the agent ended');
    });
    while (this.#url === '') await Promise.race([once(lines, 'line'), ended]);
  }
}
