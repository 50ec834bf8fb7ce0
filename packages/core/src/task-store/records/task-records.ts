import { A2ARedisError } from '../../shared/errors.ts';
import type { CompanionCall } from '../../redis/script-companion.ts';
import { packedArguments } from '../../redis/packed-arguments.ts';
import { runCommand } from '../../redis/run-command.ts';
import { abbreviate, type ScriptRunner } from '../../redis/script-runner.ts';
import recordVersion from '../scripts/record-version.lua';
import type { Runtime } from '../../runtime/runtime.ts';
import { arrayReply, refusalIn, textReply, textsReply } from '../../redis/reply.ts';
import { NO_RECORD, type VersionedSnapshot } from './snapshot-cache.ts';
import { corruptRecord } from '../model/task-codec.ts';
import { diffTasks } from '../merge/task-delta.ts';
import type { TaskRecordFormat } from './task-record-format.ts';
import type { TaskSnapshot } from '../model/task-snapshot.ts';

/** The Lua functions that give a record its next version, for the scripts that write one. */
export const recordVersionSource: string = recordVersion;

/** What {@link TaskRecords.ttlMs} answers where there is no record. */
export const NO_KEY = -2;

/** Who answers a read: one that may be answered by a replica can be behind. */
export type ReadFrom = 'primary' | 'replicas';

/** What is wanted of a record. */
export interface RecordRead<T extends VersionedSnapshot> {
  /** A version that need not be sent again. */
  readonly known?: T | undefined;
  /**
   * Whether the artifacts are wanted.
   * @default true
   */
  readonly withArtifacts?: boolean | undefined;
  /** @default 'primary' */
  readonly from?: ReadFrom | undefined;
}

/** A record as it was read. */
export interface ReadRecord extends VersionedSnapshot {
  /** The last write of each of the last writers, separated by blanks. */
  readonly writes: string;
  /** The size of the content in characters. */
  readonly size: number;
}

/** A change of a record. */
export interface RecordWrite {
  readonly key: string;
  /** The version that the change starts from; {@link NO_RECORD} for none, `''` for any. */
  readonly expected: string;
  /** What is stored in that version; absent to write the record anew. */
  readonly from: TaskSnapshot | undefined;
  readonly target: TaskSnapshot;
  /** Unique for every change, the same when it is repeated; see {@link TaskRecords.nextWriteId}. */
  readonly writeId: string;
  /** Seconds to live; 0 for ever, `undefined` to leave it as it is. */
  readonly ttlSeconds: number | undefined;
  /** The index keys and arguments, where the script writes the index too. */
  readonly index?:
    | { readonly keys: readonly string[]; readonly args: readonly string[] }
    | undefined;
  /** What is done in the same step. */
  readonly companion?: CompanionCall | undefined;
}

/** What became of a {@link RecordWrite}. */
export type RecordWriteReply =
  /** By the companion: nothing was written. */
  | { readonly outcome: 'refused'; readonly reason: string }
  | {
      readonly outcome: 'saved';
      readonly version: string;
      /** An index row that stood where none or another was expected; empty for none. */
      readonly unexpectedRow: string;
      /** How many characters were written. */
      readonly size: number;
    }
  /** The write had been applied before; its first reply was lost. */
  | { readonly outcome: 'repeated'; readonly version: string }
  /** The record is another one than expected; `undefined` where there is none. */
  | { readonly outcome: 'conflict'; readonly stored: ReadRecord | undefined };

/** Reads and writes the records of tasks. */
export class TaskRecords {
  /** For all who read and write records. */
  readonly runtime: Runtime;
  readonly #runner: ScriptRunner;
  readonly #format: TaskRecordFormat;
  readonly #writer: string;
  #writes = 0;
  #mustAsk: boolean;

  constructor(runner: ScriptRunner, format: TaskRecordFormat) {
    this.runtime = runner.runtime;
    this.#runner = runner;
    this.#format = format;
    this.#mustAsk = format.requirement !== undefined;
    this.#writer = this.runtime.randomBytes(6).toString('base64url');
  }

  /** Names a change, so that the server can tell when it is sent again. */
  nextWriteId(): string {
    this.#writes += 1;
    return `${this.#writer}:${this.#writes.toString(36)}`;
  }

  /** Whether no call has told yet that the server can hold such records: one without records must be asked. */
  get mustAsk(): boolean {
    return this.#mustAsk;
  }

  /**
   * Asks the server whether it can hold such records.
   *
   * @param key One that need not exist.
   * @throws {A2ARedisError} What the format's requirement says, or as {@link ScriptRunner.run}.
   */
  async ask(key: string): Promise<void> {
    const { requirement } = this.#format;
    if (requirement === undefined) return;
    await this.#told(key, this.#runner.run(requirement.script, [key], []));
  }

  /**
   * Reads a record; the reply is `known` itself where the record still is that version. From replicas, it may be an earlier
   * one, but never one from before `known`: so this process sees its own writes. That there is none, only the primary says.
   *
   * @throws {A2ARedisError} `CORRUPT_RECORD`, or as {@link ScriptRunner.run}.
   */
  async read<T extends VersionedSnapshot>(
    key: string,
    taskId: string,
    wanted: RecordRead<T> = {},
  ): Promise<T | ReadRecord | undefined> {
    if (wanted.from === 'replicas') {
      const record = await this.#read(key, taskId, wanted);
      if (record !== undefined && !isBefore(record, wanted.known)) return record;
    }
    return this.#read(key, taskId, { ...wanted, from: 'primary' });
  }

  async #read<T extends VersionedSnapshot>(
    key: string,
    taskId: string,
    { known, withArtifacts = true, from }: RecordRead<T>,
  ): Promise<T | ReadRecord | undefined> {
    const { readScript } = this.#format;
    const args = [known?.version ?? ''];
    if (!withArtifacts) args.push('partial');
    const call =
      from === 'replicas'
        ? this.#runner.read(readScript, [key], args)
        : this.#runner.run(readScript, [key], args);
    const reply = await this.#told(key, call);
    if (reply === null || reply === undefined) return undefined;
    const [version, content] = arrayReply(readScript.name, reply);
    if (known !== undefined && content === undefined) return known;
    return this.#decode(key, taskId, textReply(version), textsReply(content), withArtifacts);
  }

  /** Writes a record. Errors as for {@link read}. */
  async write(write: RecordWrite): Promise<RecordWriteReply> {
    const { key, from, target, index, companion } = write;
    const change = this.#format.encode(target.id, diffTasks(from, target), from === undefined);
    const { saveScript } = this.#format;
    const script = companion ? saveScript.with(companion.companion) : saveScript.alone;
    const args = [
      write.expected,
      write.writeId,
      write.ttlSeconds === undefined ? '' : String(write.ttlSeconds),
      ...change,
      ...(index?.args ?? []),
      ...(companion ? [...companion.args, String(companion.args.length)] : []),
    ];
    const keys = [key, ...(index?.keys ?? []), ...(companion?.keys ?? [])];
    const packed = packedArguments(
      args,
      () => 'A change of a task',
      () => `A change of record ${abbreviate(key)}`,
    );
    const reply = await this.#told(key, this.#runner.run(script, keys, packed));
    const [outcome, versionReply, rest] = arrayReply(script.name, reply);
    if (outcome === 'refused') return { outcome, reason: textReply(versionReply) };
    const version = textReply(versionReply);
    switch (outcome) {
      case 'saved':
        return { outcome, version, unexpectedRow: textReply(rest), size: sizeOf(change) };
      case 'repeated':
        return { outcome, version };
      default: {
        const stored =
          version === NO_RECORD
            ? undefined
            : this.#decode(key, target.id, version, textsReply(rest), true);
        return { outcome: 'conflict', stored };
      }
    }
  }

  /** Deletes a record; says whether there was one. */
  async delete(key: string): Promise<boolean> {
    return Number(await runCommand(this.#runner, 'DEL', key)) === 1;
  }

  /** How long a record stays in milliseconds; -1 where it does not expire, {@link NO_KEY}. */
  async ttlMs(key: string): Promise<number> {
    return Number(await runCommand(this.#runner, 'PTTL', key));
  }

  #decode(
    key: string,
    taskId: string,
    version: string,
    content: readonly string[],
    withArtifacts: boolean,
  ): ReadRecord {
    if (!/^\d{16}$/.test(version)) {
      throw corruptRecord({ key, field: this.#format.versionField }, 'not a version');
    }
    const decoded = this.#format.decode(key, taskId, content, withArtifacts);
    return { ...decoded, version, size: sizeOf(content) };
  }

  /** A key of another type is a record that cannot be read, not a failure of the server; nor is what it lacks. */
  async #told(key: string, call: Promise<unknown>): Promise<unknown> {
    try {
      const reply = await call;
      this.#mustAsk = false;
      return reply;
    } catch (error) {
      if (error instanceof A2ARedisError && /WRONGTYPE/.test(refusalIn(error))) {
        throw corruptRecord({ key, field: '' }, 'the key holds another type of value', error.cause);
      }
      throw this.#format.requirement?.explain(error) ?? error;
    }
  }
}

/** Whether a record is an earlier one than a version that is known: such texts sort as their numbers do. */
function isBefore({ version }: VersionedSnapshot, known: VersionedSnapshot | undefined): boolean {
  return known !== undefined && version < known.version;
}

function sizeOf(texts: readonly string[]): number {
  let size = 0;
  for (const text of texts) size += text.length;
  return size;
}
