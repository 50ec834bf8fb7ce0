import { A2ARedisError } from '@a2a-redis/core';
import { abbreviate } from '@a2a-redis/core/shared';

/** Longer paths are no paths; servers have limits of their own. */
const LONGEST_PATH = 10_000;

/** Some servers read a path up to the first NUL. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u001F\u007F]/;

/** A step from a value to one in it: the name of a member, or a position in a list. */
export type PathStep = string | number;

/** A path below which a task holds any JSON, as a pattern: `#` stands for a position. */
const FREE_VALUES: readonly string[] = [
  'metadata',
  'status message metadata',
  'status message parts # metadata',
  'status message parts # data',
  'history # metadata',
  'history # parts # metadata',
  'history # parts # data',
  'artifacts # metadata',
  'artifacts # parts # metadata',
  'artifacts # parts # data',
];

/** A place in a task that `updatePath` may write to. */
export interface WritablePath {
  /** The path in the form in which it is sent. */
  readonly path: string;
  /** The paths of the value that holds it and, where that may be made, of the one that holds that. */
  readonly holders: readonly string[];
  /** Its last step. */
  readonly last: PathStep;
  /** How many levels of the document lie around the value. */
  readonly depth: number;
  /** Which of a task's own values it is; `undefined` for a value in one of them. */
  readonly root: 'metadata' | 'data' | undefined;
  /** The metadata that is made where there is none, so that a first key can be set in it. */
  readonly makes: string | undefined;
}

/**
 * Checks a JSONPath that is only read. What it matches is the server's to say.
 *
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for anything but a text that begins with `$`: other
 *   forms mean something else, and not the same everywhere. Also for one with control characters.
 */
export function requirePath(path: unknown): string {
  if (typeof path !== 'string' || !path.startsWith('$') || !path.isWellFormed()) {
    throw new A2ARedisError(
      'INVALID_ARGUMENT',
      'The path must be a JSONPath that begins with "$".',
    );
  }
  if (path.length > LONGEST_PATH) {
    throw refused(path, `is longer than ${LONGEST_PATH} characters`);
  }
  if (CONTROL_CHARACTER.test(path)) throw refused(path, 'holds a control character');
  return path;
}

/**
 * Checks a path that is written to, and brings it into the one form that all servers read alike.
 *
 * @throws {A2ARedisError} `INVALID_ARGUMENT` when it is no path of exactly one place, or names a
 *   place that only `save` and `updateTask` may change.
 */
export function requireWritablePath(path: unknown): WritablePath {
  const text = requirePath(path);
  const steps = parseSteps(text);
  const free = FREE_VALUES.map((pattern) => pattern.split(' ')).find((pattern) =>
    pattern.every((name, index) => matches(name, steps[index])),
  );
  const last = steps.at(-1);
  if (free === undefined || last === undefined) {
    throw refused(
      text,
      'does not lead into metadata or the data of a part; other members are changed with updateTask',
    );
  }
  const isRoot = steps.length === free.length;
  const kind = free.at(-1) === 'metadata' ? 'metadata' : 'data';
  const holder = formatPath(steps.slice(0, -1));
  const isFirst = kind === 'metadata' && steps.length === free.length + 1;
  const makes = isFirst && typeof last === 'string';
  return {
    path: formatPath(steps),
    holders: makes ? [holder, formatPath(steps.slice(0, -2))] : [holder],
    last,
    depth: steps.length,
    root: isRoot ? kind : undefined,
    makes: makes ? holder : undefined,
  };
}

function matches(name: string, step: PathStep | undefined): boolean {
  return name === '#' ? typeof step === 'number' : name === step;
}

/** Names of members in brackets and double quotes: any name but those that servers read differently. */
function formatPath(steps: readonly PathStep[]): string {
  const rest = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `["${step}"]`));
  return `$${rest.join('')}`;
}

const STEP = /\.([A-Za-z_][A-Za-z0-9_-]*)|\[\s*(?:(0|[1-9]\d{0,8})|"([^"]*)"|'([^']*)')\s*\]/y;
/**
 * Some servers take a backslash in a name for an escape when they read and not when they write, and
 * end a name at either quote.
 */
const UNSAFE_NAME = /["'\\\uFFFF]/;

function parseSteps(path: string): PathStep[] {
  const steps: PathStep[] = [];
  for (let index = 1; index < path.length; index = STEP.lastIndex) {
    STEP.lastIndex = index;
    const match = STEP.exec(path);
    if (match === null) {
      throw refused(
        path,
        'must name one place by members and positions, as in $.metadata["key"][0]',
      );
    }
    const [, plain, position, double, single] = match;
    const name = plain ?? double ?? single ?? '';
    if (position === undefined && (name === '' || UNSAFE_NAME.test(name))) {
      throw refused(path, 'holds an empty name, or one with a quote, a backslash or U+FFFF');
    }
    steps.push(position === undefined ? name : Number(position));
  }
  return steps;
}

function refused(path: string, problem: string): A2ARedisError {
  return new A2ARedisError('INVALID_ARGUMENT', `The path ${abbreviate(path)} ${problem}.`);
}
