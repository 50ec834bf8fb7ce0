import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Answer, Command, Report } from './listener-messages.ts';

/** A process that listens. */
export class Listener implements AsyncDisposable {
  readonly #process: ChildProcess;

  constructor(url: string) {
    const module = fileURLToPath(new URL('listener-process.ts', import.meta.url));
    this.#process = fork(module, [url], { execArgv: ['--import', 'tsx'] });
  }

  async listen(
    queue: string | undefined,
    prefix: string,
    taskIds: readonly string[],
  ): Promise<void> {
    await this.#ask({ do: 'listen', queue, prefix, taskIds });
  }

  async begin(): Promise<void> {
    await this.#ask({ do: 'begin' });
  }

  /** What was heard, once so many events of every task have come. */
  async report(perTask: number): Promise<Report> {
    const answer = await this.#ask({ do: 'report', perTask });
    if (answer.did !== 'report') throw new Error(`The listener answered "${answer.did}".`);
    return answer.report;
  }

  async leave(): Promise<void> {
    await this.#ask({ do: 'leave' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  async #ask(command: Command): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => {
        reject(new Error('The process of listeners ended.'));
      };
      this.#process.once('exit', onExit);
      this.#process.once('message', (answer: Answer) => {
        this.#process.off('exit', onExit);
        resolve(answer);
      });
      this.#process.send(command);
    });
  }
}
