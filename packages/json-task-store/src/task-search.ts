import { A2ARedisError } from '@a2a-redis/core';
import {
  checkNames,
  detailedError,
  invalidOption,
  isRecord,
  refusalIn,
  type Scope,
  scopeSegment,
  type ScriptRunner,
  textReply,
  wholeNumber,
} from '@a2a-redis/core/shared';

import { storedText } from './json-text.ts';

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

/** What the engine made of a command: its reply, or why it refused. */
type Answer = { readonly reply: unknown } | Refusal;

/** What the server said, and the error that came of it. */
interface Refusal {
  readonly refusal: string;
  readonly error: unknown;
}

/**
 * Searches the tasks of a store with the query engine of the server. What it sends are commands, not scripts: some
 * servers have a query engine that scripts cannot reach, as it asks several of them.
 */
export class TaskSearch {
  readonly #runner: ScriptRunner;
  readonly #index: string;
  readonly #keyPrefix: string;
  readonly #create: readonly string[];

  /**
   * @param prefix What the store's keys begin with.
   * @param keyPrefix What the client puts before them: the engine has the whole keys.
   */
  constructor(runner: ScriptRunner, prefix: string, keyPrefix = '') {
    this.#runner = runner;
    this.#index = `${keyPrefix}${prefix}search`;
    this.#keyPrefix = keyPrefix;
    this.#create = ['ON', 'JSON', 'PREFIX', '1', `${keyPrefix}${prefix}{`, 'SCHEMA', ...SCHEMA];
  }

  /** Searches a scope, and makes the search index where there is none; errors as for `search` of the store. */
  async find(scope: Scope, query: string, options: SearchOptions): Promise<FoundTasks> {
    const { mine, asked, page, sorting } = searchArguments(scope, query, options);
    const search = async (): Promise<Answer> => this.#search(asked, page, sorting);
    let answer = await search();
    let created: Answer | undefined;
    if ('refusal' in answer && lacksIndex(answer.refusal)) {
      // Another process may be first: whether there is one, the search tells.
      created = await this.#ask('FT.CREATE', ...this.#create);
      answer = await search();
    }
    if ('reply' in answer) return foundTasks(answer.reply, this.#keyPrefix);
    if (created !== undefined && 'refusal' in created && lacksIndex(answer.refusal)) {
      throw searchUnsupported(created);
    }
    // Whose fault it is, no two engines say alike: the same without what the caller asked tells.
    const own = await this.#search(mine, ['0', '1'], sorting);
    throw 'refusal' in own ? searchUnsupported(own) : queryRefused(answer);
  }

  async #search(
    query: string,
    page: readonly string[],
    sorting: readonly string[],
  ): Promise<Answer> {
    const shown = ['RETURN', '1', 'id', 'LIMIT', ...page, 'DIALECT', '2', ...sorting];
    return this.#ask('FT.SEARCH', query, ...shown);
  }

  /** @throws {A2ARedisError} What is no refusal of the server. */
  async #ask(command: string, ...args: readonly string[]): Promise<Answer> {
    try {
      return { reply: await this.#runner.command([command, this.#index, ...args]) };
    } catch (error) {
      const refusal = refusalIn(error);
      // What has nothing to do with what was asked is told as any other call tells it.
      if (refusal === '' || OF_THE_MOMENT.test(refusal)) throw error;
      return { refusal, error };
    }
  }
}

/** A search, as FT.SEARCH takes it. */
export interface SearchArguments {
  /** The query within the caller's scope. */
  readonly asked: string;
  /** The part of it that is the store's own: the filter for the scope. */
  readonly mine: string;
  /** How many results to skip, and how many there are at most. */
  readonly page: readonly [string, string];
  readonly sorting: readonly string[];
}

/**
 * @throws {A2ARedisError} `INVALID_ARGUMENT` for a query that could end the group in which it stands
 *   and so reach another scope; `INVALID_OPTION`.
 */
export function searchArguments(
  scope: Scope,
  query: string,
  options: SearchOptions,
): SearchArguments {
  checkNames(options, ['offset', 'limit', 'sortBy', 'descending'], '');
  const { offset = 0, limit = 10, sortBy, descending = false } = options;
  if (sortBy !== undefined && !SORT_FIELDS.includes(sortBy)) {
    throw invalidOption('sortBy', `must be one of ${SORT_FIELDS.join(', ')}`);
  }
  if (typeof descending !== 'boolean') throw invalidOption('descending', 'must be a boolean');
  const mine = `@scope:{${escapeTag(scopeSegment(scope))}}`;
  const asked = requireQuery(query);
  return {
    asked: asked === '*' ? mine : `${mine} (${asked})`,
    mine,
    page: [String(wholeNumber(offset, 'offset', 0)), String(wholeNumber(limit, 'limit', 0))],
    sorting: sortBy === undefined ? [] : ['SORTBY', sortBy, descending ? 'DESC' : 'ASC'],
  };
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

/**
 * The ids and keys in a reply of FT.SEARCH: under RESP2 a total, then key and fields in turn; under RESP3 a map.
 *
 * @param keyPrefix What the client puts before the store's keys.
 */
export function foundTasks(reply: unknown, keyPrefix = ''): FoundTasks {
  const found = (key: unknown, id: unknown): FoundTasks['found'][number] => {
    const whole = textReply(key);
    const isOwn = whole.startsWith(keyPrefix);
    return {
      key: isOwn ? whole.slice(keyPrefix.length) : whole,
      taskId: storedText(textReply(id)),
    };
  };
  // Some clients give the maps of RESP3 as lists of names and values.
  if (isList(reply) && typeof reply[0] !== 'string') {
    const [total, ...items] = reply;
    const results: FoundTasks['found'][number][] = [];
    for (let index = 0; index < items.length; index += 2) {
      const fields = items[index + 1];
      const id: unknown = Array.isArray(fields) ? fields[fields.indexOf('id') + 1] : undefined;
      results.push(found(items[index], id));
    }
    return { totalSize: Number(total), found: results };
  }
  const { total_results: total, results } = mapOf(reply);
  const maps: readonly unknown[] = Array.isArray(results) ? results : [];
  return {
    totalSize: Number(total ?? 0),
    found: maps.map(mapOf).map(({ id: key, extra_attributes: fields }) => {
      return found(key, mapOf(fields)['id']);
    }),
  };
}

/** What has nothing to do with what was asked, and may pass. */
const OF_THE_MOMENT = /^(?:NOPERM|OOM|BUSY|LOADING|READONLY|MISCONF)\b|timeout|timed out/i;

/** Every engine, and every version of one, says this in words of its own. */
function lacksIndex(refusal: string): boolean {
  return /no such index|unknown index|index.*not found/i.test(refusal);
}

function queryRefused({ refusal, error }: Refusal): A2ARedisError {
  return detailedError('INVALID_ARGUMENT', 'The server refused the query.', {
    cause: error,
    detail: `The server refused the query: ${refusal}`,
  });
}

function searchUnsupported({ refusal, error }: Refusal): A2ARedisError {
  const needed = /^ERR unknown command/i.test(refusal)
    ? 'Searching needs the FT commands: Redis 8, or a server with a search module that indexes JSON'
    : 'Searching needs a query engine for JSON with tags, texts and sorting';
  return detailedError('SERVER_UNSUPPORTED', `${needed}.`, {
    cause: error,
    detail: `${needed}; this one refused: ${refusal}`,
  });
}

function isList(reply: unknown): reply is readonly unknown[] {
  return Array.isArray(reply);
}

/** A map of a reply; empty where it is none. */
function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(value) && !isList(value)) return value;
  if (!isList(value)) return {};
  const pairs = value.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), value[index + 1]] as const] : [],
  );
  return Object.fromEntries(pairs);
}
