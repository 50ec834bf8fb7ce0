import type { TaskStatus } from '@a2a-js/sdk';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import { A2ARedisError } from '@a2a-redis/core';
import {
  abbreviate,
  arrayReply,
  backoffMs,
  defineScript,
  detailedError,
  isRecord,
  refusalIn,
  type ScriptRunner,
  sleep,
  textReply,
} from '@a2a-redis/core/shared';
import {
  copyJson,
  copyJsonObject,
  corruptRecord,
  type JsonValue,
  type ReadFrom,
  statusFromJson,
  type TtlPolicy,
} from '@a2a-redis/core/task-store';

import { corruptAt } from './document-fault.ts';
import { requirePath, requireWritablePath, type WritablePath } from './json-path.ts';
import { changeArguments, jsonRecordFormat } from './json-record-format.ts';
import { jsonRecordLua } from './json-support.ts';
import { jsonText, parseJson } from './json-text.ts';
import readPathSource from './scripts/read-path.lua';

const readPathScript = defineScript('read-path', `${jsonRecordLua}\n${readPathSource}`, {
  writes: 'never',
});

/** Each failed attempt means that another writer succeeded; this many in a row is a fault. */
const MOST_ATTEMPTS = 100;

/** What an update makes of the value at a path; `undefined` stands for none. */
export type PathUpdate = (
  current: JsonValue | undefined,
) => JsonValue | undefined | Promise<JsonValue | undefined>;

/** Where a task is stored. */
export interface TaskPlace {
  readonly key: string;
  readonly taskId: string;
}

interface PathState {
  readonly version: string;
  readonly current: JsonValue | undefined;
  /** The JSON types of the holders of the path; empty where there is none. */
  readonly types: readonly string[];
  readonly status: TaskStatus | undefined;
}

/** Reads and writes single values of tasks. */
export class TaskPaths {
  readonly #runner: ScriptRunner;
  readonly #ttl: TtlPolicy;
  readonly #readFrom: ReadFrom;
  readonly #writer: string;
  #writes = 0;

  /** @param readFrom Who answers {@link get}. */
  constructor(runner: ScriptRunner, ttl: TtlPolicy, readFrom: ReadFrom) {
    this.#runner = runner;
    this.#ttl = ttl;
    this.#readFrom = readFrom;
    this.#writer = runner.runtime.randomBytes(6).toString('base64url');
  }

  /** All that a path matches. */
  async get(place: TaskPlace, path: string): Promise<JsonValue[]> {
    const [, matches] = await this.#read(place, requirePath(path), [], this.#readFrom);
    return listOf(place, matches);
  }

  /** Changes the value at a path; see `updatePath` of the store. */
  async update(place: TaskPlace, path: string, update: PathUpdate): Promise<JsonValue | undefined> {
    const target = requireWritablePath(path);
    const { runtime } = this.#runner;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const state = await this.#state(place, target);
      const value = requireValue(target, await update(state.current));
      requireTarget(target, state, value);
      if (value === undefined && state.current === undefined) return undefined;
      if (await this.#write(place, target, state, value)) return value;
      if (attempt > 2) await sleep(runtime, backoffMs(attempt - 2, 2, 50, runtime.random()));
    }
    throw new A2ARedisError(
      'WRITE_CONFLICT',
      `Task ${abbreviate(place.taskId)} changed during each of ${MOST_ATTEMPTS} attempts to update it.`,
    );
  }

  async #state(place: TaskPlace, { path, holders }: WritablePath): Promise<PathState> {
    const [, matches, version, status, ...types] = await this.#read(place, path, holders);
    const [statusJson] = listOf(place, status);
    const known = textReply(version);
    if (!/^\d{16}$/.test(known)) {
      throw corruptRecord(
        { key: place.key, field: jsonRecordFormat.versionField },
        'not a version',
      );
    }
    return {
      current: listOf(place, matches)[0],
      version: known,
      types: types.map(textReply),
      status:
        statusJson === undefined
          ? undefined
          : statusFromJson(statusJson, corruptAt(place.key, '$.status')),
    };
  }

  async #read(
    place: TaskPlace,
    path: string,
    holders: readonly string[],
    from: ReadFrom = 'primary',
  ): Promise<readonly unknown[]> {
    const args = [path, ...holders];
    let reply: unknown;
    if (from === 'replicas') {
      reply = await told(place, this.#runner.read(readPathScript, [place.key], args));
    }
    // That there is no such task, only the primary says.
    reply ??= await told(place, this.#runner.run(readPathScript, [place.key], args));
    if (reply === null || reply === undefined) throw notFound(place);
    const parts = arrayReply(readPathScript.name, reply);
    if (parts[0] !== 'refused') return parts;
    const problem = `The server cannot read the path ${abbreviate(path)}`;
    throw detailedError('INVALID_ARGUMENT', `${problem}.`, {
      detail: `${problem}: ${textReply(parts[1])}`,
    });
  }

  /** Says whether the value was written; it is not when the record is another one by now. */
  async #write(
    place: TaskPlace,
    target: WritablePath,
    { version, status, types }: PathState,
    value: JsonValue | undefined,
  ): Promise<boolean> {
    this.#writes += 1;
    const writeId = `${this.#writer}:${this.#writes.toString(36)}`;
    const seconds = this.#ttl.secondsFor(status);
    const operations = [operationOf(target, types, value)];
    const saveScript = jsonRecordFormat.saveScript.alone;
    const args = [
      version,
      writeId,
      seconds === undefined ? '' : String(seconds),
      ...changeArguments({ lengths: [], operations }),
    ];
    const reply = await told(place, this.#runner.run(saveScript, [place.key], args));
    const [outcome, found] = arrayReply(saveScript.name, reply);
    if (outcome !== 'conflict') return true;
    if (textReply(found) === '0') throw notFound(place);
    return false;
  }
}

/** A key of another type is a record that cannot be read, not a failure of the server. */
async function told({ key }: TaskPlace, call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof A2ARedisError && /\bWRONGTYPE\b/.test(refusalIn(error))) {
      throw corruptRecord({ key, field: '' }, 'the key holds another type of value', error.cause);
    }
    throw error;
  }
}

function operationOf(
  { path, depth, makes, last }: WritablePath,
  [holder]: readonly string[],
  value: JsonValue | undefined,
): readonly string[] {
  if (value === undefined) return ['JSON.DEL', path];
  if (makes === undefined || holder !== '') return ['JSON.SET', path, jsonText(value, depth)];
  return ['JSON.SET', makes, jsonText({ [last]: value }, depth - 1)];
}

function listOf({ key }: TaskPlace, reply: unknown): JsonValue[] {
  const matches = parseJson(textReply(reply));
  if (!Array.isArray(matches)) throw corruptRecord({ key, field: '$' }, 'not a list of matches');
  return matches.map((match: unknown) => copyJson(match, 'match', false));
}

function requireValue({ root }: WritablePath, value: unknown): JsonValue | undefined {
  if (value === undefined) return undefined;
  if (root !== 'metadata') return copyJson(value, 'The value', false);
  if (isRecord(value)) return copyJsonObject(value, 'The metadata', false);
  throw new A2ARedisError('INVALID_ARGUMENT', 'Metadata must be an object.');
}

/** Refuses a place that is not there, and changes after which the record would be no task. */
function requireTarget(
  { path, root, last, makes }: WritablePath,
  { current, types: [holder, owner] }: PathState,
  value: JsonValue | undefined,
): void {
  const refused = (problem: string): A2ARedisError =>
    new A2ARedisError('INVALID_ARGUMENT', `The path ${abbreviate(path)} ${problem}.`);
  if (root === 'data' && (current === undefined || value === undefined)) {
    throw refused('is the content of a part, which can be changed, not added or removed');
  }
  if (current !== undefined || value === undefined) return;
  const isMember = typeof last === 'string';
  const canBeMade = makes !== undefined && holder === '' && owner === 'object';
  if (!isMember || (holder !== 'object' && !canBeMade)) {
    throw refused('leads nowhere: nothing holds a value of that name or position');
  }
}

function notFound({ taskId }: TaskPlace): TaskNotFoundError {
  return new TaskNotFoundError(`Task not found: ${taskId}`);
}
