import type { HostScript } from '../../redis/script-companion.ts';
import type { RedisScript } from '../../redis/script.ts';
import type { TaskDelta } from '../merge/task-delta.ts';
import type { TaskSnapshot } from '../model/task-snapshot.ts';

/** A record's content. */
export interface DecodedRecord {
  readonly snapshot: TaskSnapshot;
  /** The last write of each of the last writers, separated by blanks; empty where not read. */
  readonly writes: string;
}

/** What records need of a server that not every Redis has. */
export interface ServerRequirement {
  /** Fails where it is missing. KEYS: one that need not exist. */
  readonly script: RedisScript;
  /** What a script call failed with, in terms of what the server lacks where that is why. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * How an adapter stores a task's record: its two scripts, and the translation between them and
 * snapshots. Everything else about a task store is the same for all.
 */
export interface TaskRecordFormat {
  /** What errors call the version. */
  readonly versionField: string;
  /** Absent where any Redis will do. */
  readonly requirement?: ServerRequirement | undefined;
  /**
   * Writes a record. KEYS: the record, then the index unless it lives elsewhere. ARGV: the expected
   * version (`0` for none, empty for any), the write id, the seconds to live (`0` for ever, empty to
   * leave as is), then what {@link encode} gave, then the index entry, which comes with its keys.
   * Returns `["saved", version, unexpected index row]`, `["repeated", version]`,
   * `["conflict", version, content]` or, with a companion, `["refused", reason]`.
   */
  readonly saveScript: HostScript;
  /**
   * Reads a record. KEYS: the record. ARGV: the version that the caller has, and `partial` to leave out
   * the artifacts. Returns nil, `[version]` or `[version, content]`.
   */
  readonly readScript: RedisScript<'never'>;
  /** The script's arguments for a change; `whole` when the record is written anew. */
  encode(taskId: string, delta: TaskDelta, whole: boolean): string[];
  /** A record's content as the scripts return it; throws `CORRUPT_RECORD`. */
  decode(
    key: string,
    taskId: string,
    content: readonly string[],
    withArtifacts: boolean,
  ): DecodedRecord;
}
