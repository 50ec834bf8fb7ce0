import type { Scope } from '../../shared/scope.ts';
import type { ScriptRunner } from '../../redis/script-runner.ts';
import { requireRightsSource } from '../../rights/require-rights.ts';
import { defineScript } from '../../redis/script.ts';
import { textsReply } from '../../redis/reply.ts';
import claimScopesSource from '../scripts/claim-scopes.lua';
import noteScopeSource from '../scripts/note-scope.lua';
import releaseScopeSource from '../scripts/release-scope.lua';
import { corruptRecord } from '../model/task-codec.ts';
import type { TaskKeys } from './task-keys.ts';

const noteScopeScript = defineScript('note-scope', `${requireRightsSource}\n${noteScopeSource}`);
const claimScopesScript = defineScript(
  'claim-scopes',
  `${requireRightsSource}\n${claimScopesSource}`,
);
const releaseScopeScript = defineScript(
  'release-scope',
  `${requireRightsSource}\n${releaseScopeSource}`,
);

/** Long enough to look at a scope; after a crash, another process looks again only then. */
const CLAIM_MS = 300_000;
/** How many scopes are claimed at once. */
const MOST_CLAIMED = 10;

/** A scope that this process is to look at. */
export interface ClaimedScope {
  /** The scope as it stands in the registry; see {@link ScopeRegistry.scopeOf}. */
  readonly member: string;
  /** When the claim runs out, in milliseconds since the epoch. */
  readonly until: number;
  /** What tells whether the scope was noted since. */
  readonly noted: string;
}

/**
 * The scopes that hold tasks that expire, by when to look at them: what nobody lists is found
 * through it, whoever wrote it.
 */
export class ScopeRegistry {
  readonly #runner: ScriptRunner;
  readonly #keys: readonly string[];

  constructor(runner: ScriptRunner, keys: TaskKeys) {
    this.#runner = runner;
    this.#keys = [keys.scopesDue, keys.scopesNoted];
  }

  /**
   * Notes a scope; what is noted already stays, with the earlier of the two moments.
   *
   * @param dueAt When to look at it, in milliseconds since the epoch.
   * @param keepMs How long it stays noted at least, even if a look finds nothing there.
   */
  async note(scope: Scope, dueAt: number, keepMs: number): Promise<void> {
    await this.#runner.run(noteScopeScript, this.#keys, [
      scopeMember(scope),
      String(dueAt),
      String(keepMs),
    ]);
  }

  /**
   * Claims some of the scopes that are due, the earliest first. A claim whose reply is lost runs out
   * like that of a process that died.
   */
  async claim(now: number): Promise<ClaimedScope[]> {
    const until = now + CLAIM_MS;
    const args = [String(now), String(until), String(MOST_CLAIMED)];
    const reply = textsReply(await this.#runner.run(claimScopesScript, this.#keys, args));
    const claimed: ClaimedScope[] = [];
    for (let index = 0; index < reply.length; index += 2) {
      claimed.push({ member: reply[index] ?? '', until, noted: reply[index + 1] ?? '' });
    }
    return claimed;
  }

  /**
   * Ends a claim, unless the scope was noted or claimed since: then it is looked at again anyway.
   *
   * @param again When to look again; `undefined` to forget the scope.
   */
  async release(claimed: ClaimedScope, again: number | undefined): Promise<void> {
    await this.#runner.run(releaseScopeScript, this.#keys, [
      claimed.member,
      String(claimed.until),
      claimed.noted,
      again === undefined ? '' : String(again),
    ]);
  }

  /** The scope that was claimed; `CORRUPT_RECORD` for a member that nothing here wrote. */
  scopeOf({ member }: ClaimedScope): Scope {
    const scope = parseScopeMember(member);
    if (scope !== undefined) return scope;
    throw corruptRecord({ key: this.#keys[0] ?? '', field: member }, 'not a scope');
  }
}

/** A scope as text from which it can be had back exactly, whatever its characters and length. */
export function scopeMember({ tenant, owner }: Scope): string {
  return JSON.stringify([tenant, owner]);
}

/** Reads {@link scopeMember}; `undefined` for any other text. */
export function parseScopeMember(member: string): Scope | undefined {
  const [tenant, owner, ...rest] = parseList(member);
  if (typeof tenant !== 'string' || typeof owner !== 'string' || rest.length > 0) return undefined;
  return { tenant, owner };
}

function parseList(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
