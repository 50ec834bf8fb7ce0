import { A2ARedisError } from '@a2a-redis/core';
import {
  isRecord,
  type Scope,
  type ScriptRunner,
  runCommand,
  textReply,
  textsReply,
} from '@a2a-redis/core/shared';

import { type DeliveryKeys, letterOf } from './delivery/delivery-keys.ts';
import { decodeEvent } from './delivery/queued-event.ts';
import { listLetters } from './delivery/scripts.ts';
import { pageSizeOf } from './page-size.ts';

/** Which dead letters are meant. Each field that is there must fit. */
export interface DeadLetterFilter {
  /** The `webhook-id`. */
  readonly id?: string | undefined;
  readonly taskId?: string | undefined;
  readonly configId?: string | undefined;
}

/** Which dead letters are listed. */
export interface DeadLetterQuery extends DeadLetterFilter {
  /**
   * How many letters are looked at for a page, 1000 at most; it holds those of them that fit.
   * @default 50
   */
  readonly pageSize?: number | undefined;
  /** The `nextPageToken` of the page before. */
  readonly pageToken?: string | undefined;
}

/** A delivery that was given up. */
export interface DeadLetter {
  /** The `webhook-id`: it stays the same when the letter is replayed. */
  readonly id: string;
  readonly taskId: string;
  readonly configId: string;
  /** Why. It holds no secret, no query string and no body. */
  readonly reason: string;
  /** The last status of HTTP; `undefined` where there was no answer. */
  readonly status: number | undefined;
  readonly attempts: number;
  /** When the event was queued, and when the letter was given up, in milliseconds since the epoch. */
  readonly queuedAt: number;
  readonly diedAt: number;
  /** The event, as A2A 1.0 has it in JSON. */
  readonly response: string;
}

/** A page of dead letters, newest first. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** Where the next page begins; `undefined` with the last. */
  readonly nextPageToken: string | undefined;
}

/** A letter, and where it is kept. */
export interface FoundLetter {
  /** The name of the task, as keys have it. */
  readonly name: string;
  /** As the index of the scope has it. */
  readonly entry: string;
  readonly letter: DeadLetter;
}

/** An entry of the index whose letter may still be on its way, in milliseconds. */
const YOUNG_MS = 60_000;
const TOKEN = /^(\d{1,15}) (.+)$/s;

/** Reads the dead letters of scopes. */
export class DeadLetters {
  readonly #runner: ScriptRunner;
  readonly #keys: DeliveryKeys;

  constructor(runner: ScriptRunner, keys: DeliveryKeys) {
    this.#runner = runner;
    this.#keys = keys;
  }

  /** @throws {A2ARedisError} `INVALID_ARGUMENT` for a query that is none. */
  async find(
    scope: Scope,
    query: DeadLetterQuery,
  ): Promise<{ readonly found: readonly FoundLetter[]; readonly next: string | undefined }> {
    const { pageSize = 50, pageToken } = query;
    const count = pageSizeOf(pageSize);
    const index = this.#keys.letterIndex(scope);
    const args = [String(count), ...startOf(pageToken)];
    const reply = textsReply(await this.#runner.run(listLetters, [index], args));
    const entries = reply.flatMap((entry, at) =>
      at % 2 === 0 ? [{ entry, moment: Number(reply[at + 1]) }] : [],
    );
    const read = await Promise.all(
      entries.map(async (each) => this.#read(index, each.entry, each.moment)),
    );
    const found = read.filter((each) => each !== undefined && fits(each.letter, query));
    const last = entries.at(-1);
    const next = last === undefined || entries.length < count ? undefined : tokenAfter(last);
    return { found: found.filter((each) => each !== undefined), next };
  }

  /** Takes a letter out of the index of its scope. */
  async forget(scope: Scope, entry: string): Promise<void> {
    await runCommand(this.#runner, 'ZREM', this.#keys.letterIndex(scope), [entry]);
  }

  async #read(index: string, entry: string, moment: number): Promise<FoundLetter | undefined> {
    const { name, id } = letterOf(entry);
    const key = this.#keys.letters(name);
    const text = textReply(await runCommand(this.#runner, 'HGET', key, [id]));
    const letter = readLetter(id, text);
    if (letter !== undefined) return { name, entry, letter };
    if (this.#runner.runtime.wallClock() - moment > YOUNG_MS) {
      await runCommand(this.#runner, 'ZREM', index, [entry]);
    }
    return undefined;
  }
}

function readLetter(id: string, text: string): DeadLetter | undefined {
  const [header, diedAt, attempts, about] = /^(\d{1,15}) (\d{1,15})\n([^\n]*)\n/.exec(text) ?? [];
  if (header === undefined || about === undefined) return undefined;
  const event = decodeEvent(text.slice(header.length));
  const known: unknown = JSON.parse(about);
  if (event === undefined || !isRecord(known)) return undefined;
  const { configId, reason, status } = known;
  return {
    id,
    taskId: taskIdOf(event.response),
    configId: typeof configId === 'string' ? configId : '',
    reason: typeof reason === 'string' ? reason : '',
    status: typeof status === 'number' ? status : undefined,
    attempts: Number(attempts),
    queuedAt: event.queuedAt,
    diedAt: Number(diedAt),
    response: event.response,
  };
}

function taskIdOf(response: string): string {
  const value: unknown = JSON.parse(response);
  if (!isRecord(value)) return '';
  const [payload] = Object.values(value);
  if (!isRecord(payload)) return '';
  const id = payload['taskId'] ?? payload['id'];
  return typeof id === 'string' ? id : '';
}

function fits(letter: DeadLetter, { id, taskId, configId }: DeadLetterFilter): boolean {
  return (
    (id === undefined || id === letter.id) &&
    (taskId === undefined || taskId === letter.taskId) &&
    (configId === undefined || configId === letter.configId)
  );
}

/** Where a page begins, as the script takes it. */
function startOf(token: string | undefined): readonly string[] {
  if (token === undefined || token === '') return [];
  const text = Buffer.from(token, 'base64url').toString();
  const [, moment, entry] = TOKEN.exec(text) ?? [];
  if (moment === undefined || entry === undefined) {
    throw new A2ARedisError('INVALID_ARGUMENT', 'The page token is none of this list.');
  }
  return [moment, entry];
}

function tokenAfter({
  moment,
  entry,
}: {
  readonly moment: number;
  readonly entry: string;
}): string {
  return Buffer.from(`${moment} ${entry}`).toString('base64url');
}
