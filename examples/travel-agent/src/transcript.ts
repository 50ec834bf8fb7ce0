import { isDeepStrictEqual, styleText } from 'node:util';

import { withDeadline } from './deadline.ts';

type Style = 'bold' | 'green' | 'red' | 'cyan';

/** A step could not go on; the reason is in the transcript already. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

const STEP_DEADLINE_MS = 30_000;
const WIDTH = 80;
const LABEL_WIDTH = 8;
const LONGEST_VALUE = 160;

/** Prints the demo's steps and keeps count of what held. */
export class Transcript {
  readonly #write: (line: string) => void;
  readonly #colour: boolean;
  #steps = 0;
  #checks = 0;
  #failures = 0;

  constructor(write: (line: string) => void, colour: boolean) {
    this.#write = write;
    this.#colour = colour;
  }

  get failures(): number {
    return this.#failures;
  }

  /**
   * Runs a step.
   *
   * @throws {StepFailed} When it throws or takes too long, because later steps build on it.
   */
  async step(title: string, run: () => Promise<void>): Promise<void> {
    this.#steps += 1;
    this.#write('');
    this.#write(this.#style('bold', `${this.#steps}  ${title}`));
    try {
      await withDeadline(run(), STEP_DEADLINE_MS, 'the step did not end');
    } catch (error) {
      this.#verdict(false, error instanceof Error ? error.message : String(error));
      throw new StepFailed(title);
    }
  }

  /** One or more lines behind a label of at most eight characters. */
  say(label: string, text: string): void {
    this.#hang(`   ${this.#style('cyan', label.padEnd(LABEL_WIDTH))} `, 4 + LABEL_WIDTH, text);
  }

  note(text: string): void {
    this.#hang('   ', 3, text);
  }

  /** Holds when both values are deeply equal. */
  check(claim: string, actual: unknown, expected: unknown): void {
    const holds = isDeepStrictEqual(actual, expected);
    this.#verdict(holds, claim);
    if (holds) return;
    this.#write(`     expected ${shorten(expected)}`);
    this.#write(`     got      ${shorten(actual)}`);
  }

  /** The last line. */
  summary(): void {
    const { steps, checks } = { steps: `${this.#steps} steps`, checks: `${this.#checks} checks` };
    this.#write('');
    this.#write(
      this.#failures === 0
        ? this.#style('green', `All ${checks} in ${steps} held.`)
        : this.#style('red', `${this.#failures} of ${checks} in ${steps} did not hold.`),
    );
  }

  #verdict(holds: boolean, claim: string): void {
    this.#checks += 1;
    if (!holds) this.#failures += 1;
    this.#hang(`   ${holds ? this.#style('green', '✓') : this.#style('red', '✗')} `, 5, claim);
  }

  /** Writes a text behind a lead of the given visible width, its further lines below its first. */
  #hang(lead: string, leadWidth: number, text: string): void {
    const wrapped = text
      .trimEnd()
      .split('\n')
      .flatMap((line) => wrap(line, WIDTH - leadWidth));
    for (const [index, line] of wrapped.entries()) {
      this.#write((index === 0 ? lead : ' '.repeat(leadWidth)) + line);
    }
  }

  #style(style: Style, text: string): string {
    return this.#colour ? styleText(style, text) : text;
  }
}

/** Breaks a line at spaces; its own indentation is kept. */
function wrap(line: string, width: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const wrapped: string[] = [];
  let current = indent;
  for (const word of line.trim().split(' ')) {
    if (current.trim() !== '' && current.length + word.length + 1 > width) {
      wrapped.push(current);
      current = indent;
    }
    current += current.trim() === '' ? word : ` ${word}`;
  }
  return [...wrapped, current];
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
