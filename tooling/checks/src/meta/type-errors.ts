import { join, relative } from 'node:path';

import ts from 'typescript';

import { publicPackages } from '../workspace/public-packages.ts';
import { repositoryRoot } from '../workspace/repository.ts';

/** A module that exists only for the compiler. */
export interface VirtualFile {
  /** Absolute; need not exist. */
  readonly path: string;
  readonly text: string;
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
  typeRoots: [join(repositoryRoot, 'node_modules/@types')],
};

/** Folders whose dependencies a module may use besides those of its own folder. */
const LENDERS = [
  'examples/travel-agent',
  'examples/basic-usage',
  ...publicPackages().map(({ path }) => path),
].map((folder) => join(repositoryRoot, folder, 'lender.ts'));

/** Type-checks modules together; each problem as `path:line: message`, the path from the root. */
export function typeErrors(files: readonly VirtualFile[]): readonly string[] {
  const virtual = new Map(files.map(({ path, text }) => [path, text]));
  const disk = ts.createCompilerHost(OPTIONS);
  const cache = ts.createModuleResolutionCache(repositoryRoot, (path) => path, OPTIONS);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => virtual.has(path) || disk.fileExists(path),
    readFile: (path) => virtual.get(path) ?? disk.readFile(path),
    getSourceFile(path, version, ...rest) {
      const text = virtual.get(path);
      return text === undefined
        ? disk.getSourceFile(path, version, ...rest)
        : ts.createSourceFile(path, text, version);
    },
    resolveModuleNameLiterals: (literals, importer, redirected, options, file) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(file, literal, options);
        const resolve = (from: string): ts.ResolvedModuleWithFailedLookupLocations =>
          ts.resolveModuleName(literal.text, from, options, host, cache, redirected, mode);
        const own = resolve(importer);
        if (own.resolvedModule !== undefined || !virtual.has(importer)) return own;
        return LENDERS.map(resolve).find(({ resolvedModule }) => resolvedModule) ?? own;
      }),
  };
  const program = ts.createProgram([...virtual.keys()], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map(describeProblem);
}

function describeProblem({ file, start = 0, messageText }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined) return message;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${relative(repositoryRoot, file.fileName)}:${line + 1}: ${message}`;
}
