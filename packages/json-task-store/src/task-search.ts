import { A2ARedisError } from '@a2a-redis/core';
import {
  arrayReply,
  checkNames,
  defineScript,
  detailedError,
  invalidOption,
  type Scope,
  scopeSegment,
  type ScriptRunner,
  textReply,
  wholeNumber,
} from '@a2a-redis/core/shared';

import { jsonRecordLua } from './json-record-format.ts';
import { storedText } from './json-text.ts';
import searchTasksSource from './scripts/search-tasks.lua';

const searchTasksScript = defineScript('search-tasks', `${jsonRecordLua}\n${searchTasksSource}`, {
  onlyReads: true,
});

/** Fields that results can be sorted by. */
const SORT_FIELDS = ['contextId', 'state', 'timestamp'] as const;

/** What of the results of a search is wanted. */
export interface SearchOptions {
  /**
   * How many results to skip.
   *
   * @default 0
   */
  readonly offset?: number | undefined;
  /**
   * How many results at most; engines refuse more than 10,000.
   *
   * @default 10
   */
  readonly limit?: number | undefined;
  /**
   * The field to sort by.
   *
   * @default undefined: the engine's own order, by relevance where it tells
   */
  readonly sortBy?: (typeof SORT_FIELDS)[number] | undefined;
  /**
   * Whether the largest comes first.
   *
   * @default false
   */
  readonly descending?: boolean | undefined;
}

/** The ids that a search found, and the keys of their records. */
export interface FoundTasks {
  readonly totalSize: number;
  readonly found: readonly { readonly key: string; readonly taskId: string }[];
}

const TAG = 'TAG CASESENSITIVE';
const SORTED_TAG = `${TAG} SORTABLE`;

/** The fields of the search index, as FT.CREATE takes them. */
const SCHEMA: readonly string[] = [
  `$._store.scope AS scope ${TAG}`,
  `$.id AS id ${TAG}`,
  `$.contextId AS contextId ${SORTED_TAG}`,
  `$.status.state AS state ${SORTED_TAG}`,
  `$.status.timestamp AS timestamp ${SORTED_TAG}`,
  '$.history[*].parts[*].text AS history TEXT',
  '$.artifacts[*].parts[*].text AS artifacts TEXT',
  '$.artifacts[*].name AS artifactName TEXT',
].flatMap((field) => field.split(' '));

/** Searches the tasks of a store with the query engine of the server. */
export class TaskSearch {
  readonly #runner: ScriptRunner;
  readonly #prefix: string;

  constructor(runner: ScriptRunner, prefix: string) {
    this.#runner = runner;
    this.#prefix = prefix;
  }

  /** Searches a scope; errors as for `search` of the store. */
  async find(scope: Scope, query: string, options: SearchOptions): Promise<FoundTasks> {
    const args = searchArguments(scope, query, options);
    const create = ['ON', 'JSON', 'PREFIX', '1', `${this.#prefix}{`, 'SCHEMA', ...SCHEMA];
    const reply = await this.#runner.run(
      searchTasksScript,
      [`${this.#prefix}search`],
      [...args, ...create],
    );
    const [outcome, result] = arrayReply(searchTasksScript.name, reply);
    if (outcome !== 'found') throw searchRefused(outcome, textReply(result));
    return foundTasks(arrayReply(searchTasksScript.name, result));
  }
}

/**
 * The first arguments of `search-tasks.lua`.
 *
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for a query that could end the group in which it stands
 *   and so reach another scope; `INVALID_OPTION`.
 */
export function searchArguments(scope: Scope, query: string, options: SearchOptions): string[] {
  checkNames(options, ['offset', 'limit', 'sortBy', 'descending'], '');
  const { offset = 0, limit = 10, sortBy, descending = false } = options;
  if (sortBy !== undefined && !SORT_FIELDS.includes(sortBy)) {
    throw invalidOption('sortBy', `must be one of ${SORT_FIELDS.join(', ')}`);
  }
  if (typeof descending !== 'boolean') throw invalidOption('descending', 'must be a boolean');
  const mine = `@scope:{${escapeTag(scopeSegment(scope))}}`;
  const asked = requireQuery(query);
  return [
    asked === '*' ? mine : `${mine} (${asked})`,
    mine,
    String(wholeNumber(offset, 'offset', 0)),
    String(wholeNumber(limit, 'limit', 0)),
    sortBy ?? '',
    descending ? 'DESC' : 'ASC',
  ];
}

/** A value as it stands between the braces of a tag filter: each sign that means something escaped. */
export function escapeTag(value: string): string {
  return value.replaceAll(/[^\p{L}\p{N}_]/gu, String.raw`\$&`);
}

/** Quotes and brackets must balance, so that the query cannot end the group around it. */
function requireQuery(query: unknown): string {
  if (typeof query !== 'string' || query.trim() === '' || !query.isWellFormed()) {
    throw new A2ARedisError('INVALID_ARGUMENT', 'The query must be a non-empty text.');
  }
  const open: string[] = [];
  // What is escaped, or quoted, opens and closes nothing.
  const bare = query.replaceAll(/\\.|"(?:[^"\\]|\\.)*"/gs, ' ');
  for (const sign of bare) {
    if (sign === '(' || sign === '{' || sign === '[') open.push(sign);
    else if (/["'\\]/.test(sign)) throw unbalanced();
    else if (/[)}\]]/.test(sign) && !closes(open.pop(), sign)) throw unbalanced();
  }
  if (open.length > 0) throw unbalanced();
  return query.trim();
}

function closes(opened: string | undefined, sign: string): boolean {
  return ['()', '{}', '[]'].includes(`${opened}${sign}`);
}

function unbalanced(): A2ARedisError {
  return new A2ARedisError(
    'INVALID_ARGUMENT',
    'The query must balance its brackets and double quotes, and hold no single quote or trailing backslash outside of them.',
  );
}

/** The ids and keys in a reply of FT.SEARCH: a total, then key and fields in turn. */
export function foundTasks(reply: readonly unknown[]): FoundTasks {
  const found: { key: string; taskId: string }[] = [];
  for (let index = 1; index < reply.length; index += 2) {
    const fields = reply[index + 1];
    const id: unknown = Array.isArray(fields) ? fields[fields.indexOf('id') + 1] : undefined;
    found.push({ key: textReply(reply[index]), taskId: storedText(textReply(id)) });
  }
  return { totalSize: Number(reply[0]), found };
}

/** What has nothing to do with what was asked, and may pass. */
const OF_THE_MOMENT = /^(?:NOPERM|OOM|BUSY|LOADING|READONLY|MISCONF)\b|timeout|timed out/i;

function searchRefused(outcome: unknown, problem: string): A2ARedisError {
  if (OF_THE_MOMENT.test(problem)) {
    return detailedError('COMMAND_FAILED', 'The server refused the search.', {
      detail: `The server refused the search: ${problem}`,
    });
  }
  if (outcome === 'refused') {
    return detailedError('INVALID_ARGUMENT', 'The server refused the query.', {
      detail: `The server refused the query: ${problem}`,
    });
  }
  const needed =
    'Searching needs a query engine for JSON with tags, texts and sorting, on a single server';
  return detailedError('SERVER_UNSUPPORTED', `${needed}.`, {
    detail: `${needed}; this one refused: ${problem}`,
  });
}
