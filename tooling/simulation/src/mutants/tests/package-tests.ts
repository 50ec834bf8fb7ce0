import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Plugin } from 'vitest/config';
import { createVitest, type TestModule, type TestSpecification, type Vitest } from 'vitest/node';

import { luaModule } from '../../../../build/src/lua-plugin.ts';
import { changed, type SourceChange } from '../../run/bundle.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../../../../..');

/** Which tests of a package: those that stand beside its sources, or those that run whole agents. */
export type Kind = 'src' | 'test';

/** What came of running tests. */
export interface Verdict {
  /** How many test files were run. */
  readonly files: number;
  /** What failed first, if anything did. */
  readonly failure: string | undefined;
}

/** The tests of one package, run with its sources as they are, or as they would be with a change. */
export class PackageTests implements AsyncDisposable {
  readonly #folder: string;
  readonly #kind: Kind;
  #vitest: Promise<Vitest>;
  #change: SourceChange | undefined;

  /** @param folder From the root of the repository. */
  constructor(folder: string, kind: Kind) {
    this.#folder = folder;
    this.#kind = kind;
    this.#vitest = this.#open();
  }

  /**
   * Runs the tests that import one of some files, those that stand nearest first, until one fails.
   *
   * @param files From the root of the repository.
   * @param limitMs How long they may take.
   */
  async run(
    files: readonly string[],
    change: SourceChange | undefined,
    limitMs: number,
  ): Promise<Verdict> {
    this.#change = change;
    const vitest = await this.#vitest;
    const paths = files.map((file) => path.join(REPOSITORY, file));
    for (const each of paths) vitest.invalidateFile(each);
    const timer = new AbortController();
    const late = sleep(limitMs, 'late' as const, { signal: timer.signal }).catch(() => 'late');
    try {
      const verdict = await Promise.race([this.#runUntilOneFails(vitest, paths), late]);
      if (typeof verdict !== 'string') return verdict;
      // A process that never ends can only be killed.
      await this.#reopen();
      return { files: 0, failure: `tests that did not end in ${Math.round(limitMs / 1000)} s` };
    } finally {
      timer.abort();
      for (const each of paths) vitest.invalidateFile(each);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#vitest).close();
  }

  async #runUntilOneFails(vitest: Vitest, files: readonly string[]): Promise<Verdict> {
    vitest.config.related = [...files];
    const folder = path.join(REPOSITORY, this.#folder, this.#kind, '/');
    const related = (await vitest.getRelevantTestSpecifications()).filter(({ moduleId }) =>
      moduleId.startsWith(folder),
    );
    for (const specification of nearestFirst(related, files)) {
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
      // What ran before is still among them.
      const now = testModules.filter(({ moduleId }) => moduleId === specification.moduleId);
      const failure = firstFailure(now) ?? outside(unhandledErrors);
      if (failure !== undefined) return { files: related.length, failure };
    }
    return { files: related.length, failure: undefined };
  }

  async #reopen(): Promise<void> {
    await this[Symbol.asyncDispose]();
    this.#vitest = this.#open();
  }

  async #open(): Promise<Vitest> {
    const root = path.join(REPOSITORY, this.#folder);
    return createVitest('test', {
      config: false,
      root: REPOSITORY,
      watch: false,
      bail: 1,
      maxWorkers: 1,
      // What fails is told by who asked.
      reporters: [{}],
      projects: [
        {
          extends: path.join(root, 'vitest.config.ts'),
          root,
          plugins: [this.#plugin()],
        },
      ],
    });
  }

  /** Loads one file with its change, so that nothing is written anywhere. */
  #plugin(): Plugin {
    return {
      name: 'a2a-redis:mutant',
      // Before the plug-in that loads scripts.
      enforce: 'pre',
      load: async (id) => {
        const change = this.#change;
        if (change === undefined || id !== path.join(REPOSITORY, change.file)) return undefined;
        const source = changed(await readFile(id, 'utf8'), change.file, [change]);
        return id.endsWith('.lua') ? luaModule(source) : source;
      },
    };
  }
}

/** Ordered by how many folders of their path they share with a file. */
function nearestFirst(
  specifications: readonly TestSpecification[],
  files: readonly string[],
): readonly TestSpecification[] {
  const nearness = ({ moduleId }: TestSpecification): number =>
    Math.max(...files.map((file) => sharedFolders(moduleId, file)));
  return specifications.toSorted((one, other) => nearness(other) - nearness(one));
}

function sharedFolders(one: string, other: string): number {
  const folders = other.split('/');
  const at = one.split('/').findIndex((folder, index) => folder !== folders[index]);
  return at === -1 ? folders.length : at;
}

/** Which test failed first, or what else did. */
function firstFailure(modules: readonly TestModule[]): string | undefined {
  for (const module of modules) {
    const file = path.relative(REPOSITORY, module.moduleId);
    for (const test of module.children.allTests('failed')) return `${file} > ${test.fullName}`;
    const [error] = module.errors();
    if (error !== undefined) return `${file}: ${error.message}`;
    for (const suite of module.children.allSuites()) {
      const [inHook] = suite.errors();
      if (inHook !== undefined) return `${file} > ${suite.fullName}: ${inHook.message}`;
    }
  }
  return undefined;
}

function outside([error]: readonly unknown[]): string | undefined {
  if (error === undefined) return undefined;
  const message = typeof error === 'object' && error !== null && 'message' in error;
  return `an error outside of tests: ${String(message ? error.message : error)}`;
}
