import type { Scope } from '../../shared/scope.ts';
import type { ServerLayout } from '../../layout/server-layout.ts';
import { runCommand } from '../../redis/run-command.ts';
import type { ScriptRunner } from '../../redis/script-runner.ts';
import { requireRightsSource } from '../../rights/require-rights.ts';
import { defineScript } from '../../redis/script.ts';
import {
  entryMember,
  entryRow,
  entrySets,
  type IndexEntry,
  parseMember,
  parseRow,
} from './index-entry.ts';
import { arrayReply, textReply, textsReply } from '../../redis/reply.ts';
import clearPendingSource from '../scripts/clear-pending.lua';
import indexTaskMainSource from '../scripts/index-task-main.lua';
import indexTask from '../scripts/index-task.lua';
import listDueSource from '../scripts/list-due.lua';
import listIndexSource from '../scripts/list-index.lua';
import unindexTaskSource from '../scripts/unindex-task.lua';
import unlistMemberSource from '../scripts/unlist-member.lua';
import { corruptRecord } from '../model/task-codec.ts';
import type { IndexKeys, TaskKeys } from './task-keys.ts';

/** The Lua function that puts a task into the index, for scripts that write the record too. */
export const indexTaskSource: string = indexTask;

const indexTaskScript = defineScript(
  'index-task',
  `${requireRightsSource}\n${indexTaskSource}\n${indexTaskMainSource}`,
);
const unindexTaskScript = defineScript(
  'unindex-task',
  `${requireRightsSource}\n${unindexTaskSource}`,
);
const unlistMemberScript = defineScript('unlist-member', unlistMemberSource);
const listDueScript = defineScript('list-due', listDueSource, { writes: 'never' });
const listIndexScript = defineScript('list-index', listIndexSource, { writes: 'never' });
const clearPendingScript = defineScript('clear-pending', clearPendingSource);

/** How many ids that need attention one look at the index brings. */
const MOST_ATTENTION = 200;
/** Some other writer moved the entry each time; that many times in a row is no accident. */
const MOST_MOVES = 20;

/** A change of a task's index entry. */
export interface IndexChange {
  readonly entry: IndexEntry;
  /** The entry that it replaces, as far as the caller knows. */
  readonly replaces: IndexEntry | undefined;
  /** When the record expires, in milliseconds since the epoch; `undefined` to leave it as it is. */
  readonly expiresAt: number | 'never' | undefined;
  /** The mark of {@link TaskIndex.markPending} to remove. */
  readonly mark?: string | undefined;
}

/** A task's row as it was seen. */
export interface SeenRow {
  /** Its text; empty for none. */
  readonly raw: string;
  /** What it says; `undefined` for none, and for one that nothing here wrote. */
  readonly entry: IndexEntry | undefined;
}

/** A page of the index, and the tasks to look after before it can be trusted. */
export interface IndexPage {
  readonly totalSize: number;
  readonly members: readonly string[];
  /** Tasks whose record is due to expire. */
  readonly due: readonly string[];
  /** Marks of writes that are under way, or were cut off. */
  readonly pending: readonly string[];
}

/** What of a scope is to be looked after, and when to look again. */
export interface DueTasks {
  /** Tasks whose record is due to expire. */
  readonly due: readonly string[];
  /** When the next one is, in milliseconds since the epoch. */
  readonly next: number | undefined;
  /** Marks of writes that are under way, or were cut off. */
  readonly pending: readonly string[];
}

/** The index of the tasks of each scope. */
export class TaskIndex {
  /** On a cluster, records and index live on different servers, so that no script covers both. */
  readonly layout: ServerLayout;
  readonly #runner: ScriptRunner;
  readonly #keys: TaskKeys;

  constructor(layout: ServerLayout, runner: ScriptRunner, keys: TaskKeys) {
    this.layout = layout;
    this.#runner = runner;
    this.#keys = keys;
  }

  /**
   * The keys and arguments of a change, for a script that writes the record too.
   *
   * @param unknownRow The row that stands in for one that `replaces` does not name.
   */
  change(
    scope: Scope,
    change: IndexChange,
    unknownRow: '' | '*' = '',
  ): { keys: string[]; args: string[] } {
    const { entry, replaces, expiresAt, mark } = change;
    const keys = this.#keys.index(scope);
    return {
      keys: [
        keys.rows,
        keys.tasks(),
        ...entrySets(keys, entry),
        ...entrySets(keys, replaces ?? entry),
        keys.expiry,
        keys.pending,
      ],
      args: [
        entry.taskId,
        entryRow(entry),
        entryMember(entry),
        replaces ? entryRow(replaces) : unknownRow,
        replaces ? entryMember(replaces) : '',
        expiresAt === undefined ? '' : expiresAt === 'never' ? '0' : String(expiresAt),
        mark ?? '',
      ],
    };
  }

  /**
   * Makes a change, unless the index holds a newer version of the record.
   *
   * @param version The record's version.
   * @param unexpected A row that a first try found.
   */
  async put(scope: Scope, version: string, change: IndexChange, unexpected = ''): Promise<void> {
    let replaces = change.replaces;
    let found = unexpected;
    for (let move = 0; ; move += 1) {
      if (found !== '') replaces = parseRow(change.entry.taskId, found)?.entry;
      const unknownRow = found === '' ? '' : '*';
      const { keys, args } = this.change(scope, { ...change, replaces }, unknownRow);
      found = textReply(await this.#runner.run(indexTaskScript, keys, [version, ...args]));
      if (found === '') return;
      if (move >= MOST_MOVES) {
        const { rows: key } = this.#keys.index(scope);
        throw corruptRecord({ key, field: change.entry.taskId }, 'it keeps changing');
      }
    }
  }

  /** The row of a task. */
  async row(scope: Scope, taskId: string): Promise<SeenRow> {
    const { rows } = this.#keys.index(scope);
    const raw = textReply(await runCommand(this.#runner, 'HGET', rows, [taskId]));
    return { raw, entry: parseRow(taskId, raw)?.entry };
  }

  /** Takes a task out of the index, if its row still is the one that the caller saw. */
  async remove(scope: Scope, taskId: string, { raw, entry }: SeenRow): Promise<void> {
    const keys = this.#keys.index(scope);
    await this.#runner.run(
      unindexTaskScript,
      [keys.rows, keys.expiry, ...(entry ? [keys.tasks(), ...entrySets(keys, entry)] : [])],
      [taskId, raw, entry ? entryMember(entry) : ''],
    );
  }

  /** Takes a member out of a sorted set, unless the task's row says that it belongs there. */
  async unlist(scope: Scope, set: (keys: IndexKeys) => string, member: string): Promise<void> {
    const { taskId } = parseMember(member);
    const { raw, entry } = await this.row(scope, taskId);
    const keys = this.#keys.index(scope);
    const belongs =
      entry !== undefined &&
      entryMember(entry) === member &&
      [keys.tasks(), ...entrySets(keys, entry)].includes(set(keys));
    if (belongs) return;
    await this.#runner.run(unlistMemberScript, [keys.rows, set(keys)], [taskId, raw, member]);
  }

  /**
   * Notes that a task is about to be written, before its record is: what a crash between the record and the
   * index leaves behind is found through this mark.
   *
   * @returns The mark, for {@link IndexChange.mark}.
   */
  async markPending(scope: Scope, taskId: string, writeId: string): Promise<string> {
    const mark = `${writeId} ${taskId}`;
    const now = String(this.#runner.runtime.wallClock());
    await runCommand(this.#runner, 'ZADD', this.#keys.index(scope).pending, [now, mark]);
    return mark;
  }

  /** What of a scope is to be looked after, so many tasks and marks at most as one page brings. */
  async due(scope: Scope, now: number): Promise<DueTasks> {
    const { expiry, pending } = this.#keys.index(scope);
    const args = [String(now), String(MOST_ATTENTION)];
    const reply = await this.#runner.run(listDueScript, [expiry, pending], args);
    const [due, later, marks] = arrayReply(listDueScript.name, reply);
    const next = textReply(later);
    return {
      due: textsReply(due),
      next: next === '' ? undefined : Number(next),
      pending: textsReply(marks),
    };
  }

  /** Removes a mark that was made at the given moment or before. */
  async clearPending(scope: Scope, mark: string, latest: number): Promise<void> {
    await this.#runner.run(
      clearPendingScript,
      [this.#keys.index(scope).pending],
      [mark, String(latest)],
    );
  }

  /**
   * Reads a page, newest first.
   *
   * @param set Which of the scope's sorted sets.
   * @param bounds The upper bound of the page and the lower bound of the list, as ZREVRANGEBYLEX
   *   takes them.
   * @param limit How many members at most.
   */
  async page(
    scope: Scope,
    set: (keys: IndexKeys) => string,
    bounds: { readonly upper: string; readonly lower: string },
    limit: number,
  ): Promise<IndexPage> {
    const keys = this.#keys.index(scope);
    const now = this.#runner.runtime.wallClock();
    const reply = await this.#runner.run(
      listIndexScript,
      [set(keys), keys.expiry, keys.pending],
      [bounds.upper, bounds.lower, String(limit), String(now), String(MOST_ATTENTION)],
    );
    const [totalSize, members, due, pending] = arrayReply(listIndexScript.name, reply);
    return {
      totalSize: Number(totalSize),
      members: textsReply(members),
      due: textsReply(due),
      pending: textsReply(pending),
    };
  }
}
