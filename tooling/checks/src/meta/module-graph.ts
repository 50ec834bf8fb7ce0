import { posix } from 'node:path';

import ts from 'typescript';

/** Which modules a module imports, by path from the root of the repository. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>;

/** A source file. */
export interface SourceText {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The modules and their relative imports of one another, of types and re-exports, too. */
export function moduleGraph(files: readonly SourceText[]): ModuleGraph {
  return new Map(
    files.map(({ path, text }) => {
      const imports = ts
        .preProcessFile(text)
        .importedFiles.map(({ fileName }) => fileName)
        .filter((name) => name.startsWith('.') && name.endsWith('.ts'))
        .map((name) => posix.join(posix.dirname(path), name));
      return [path, [...new Set(imports)].toSorted()];
    }),
  );
}

/** The modules that import one another in a circle, circle by circle; none is best. */
export function circles(graph: ModuleGraph): string[][] {
  const reached = new Map([...graph.keys()].map((module) => [module, reachable(graph, module)]));
  const found: string[][] = [];
  const done = new Set<string>();
  for (const [module, others] of reached) {
    if (done.has(module) || !others.has(module)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(module) === true);
    for (const other of circle) done.add(other);
    found.push(circle.toSorted());
  }
  return found;
}

function reachable(graph: ModuleGraph, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...(graph.get(from) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(graph.get(next) ?? []));
  }
  return found;
}

/** The folders below one, and which of them each imports: `''` stands for the folder itself. */
export function folderImports(
  graph: ModuleGraph,
  root: string,
): ReadonlyMap<string, readonly string[]> {
  const imports = new Map<string, Set<string>>();
  for (const [module, others] of graph) {
    const folder = folderOf(module, root);
    const known = imports.get(folder) ?? new Set();
    imports.set(folder, known);
    for (const other of others.map((each) => folderOf(each, root))) {
      if (other !== folder) known.add(other);
    }
  }
  return new Map([...imports].map(([folder, others]) => [folder, [...others].toSorted()]));
}

function folderOf(module: string, root: string): string {
  return posix.relative(root, posix.dirname(module));
}

const ROW = /^\|\s*`(?<folder>[\w/-]+)\/`\s*\|[^|]*\|(?<imports>[^|]*)\|\s*$/gmu;

/** The rows `` | `folder/` | purpose | `other/`, `another/` | `` of a Markdown document. */
export function documentedImports(markdown: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...markdown.matchAll(ROW)].map(({ groups }) => [
      groups?.['folder'] ?? '',
      [...(groups?.['imports'] ?? '').matchAll(/`([\w/-]+)\/`/gu)]
        .map(([, folder = '']) => folder)
        .toSorted(),
    ]),
  );
}
