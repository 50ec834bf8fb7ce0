import { join } from 'node:path';

import ts from 'typescript';

import { entrySources, type PublicPackage } from '../workspace/public-packages.ts';

/** A name that an entry of a package exports. */
interface ExportedSymbol {
  /** For example `@a2a-redis/core/shared: keySegment`. */
  readonly label: string;
  readonly name: string;
  readonly symbol: ts.Symbol;
}

/** What a package exports, as the compiler sees it in the source. */
export interface PackageExports {
  readonly checker: ts.TypeChecker;
  readonly symbols: readonly ExportedSymbol[];
}

/** Reads the exports of every entry of a package, leaving out those of other packages. */
export function packageExports(one: PublicPackage): PackageExports {
  const config = ts.getParsedCommandLineOfConfigFile(join(one.folder, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  });
  const ambient = config?.fileNames.filter((path) => path.endsWith('.d.ts')) ?? [];
  const entries = [...entrySources(one)].map(([entry, source]) => ({
    name: one.name + entry.slice(1),
    path: join(one.folder, source),
  }));
  const program = ts.createProgram(
    [...ambient, ...entries.map(({ path }) => path)],
    config?.options ?? {},
  );
  const checker = program.getTypeChecker();
  const symbols = entries.flatMap(({ name, path }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path) ?? missing(path));
    return checker.getExportsOfModule(module ?? missing(path)).flatMap((exported) => {
      const symbol = original(exported, checker);
      return isOwn(symbol, one)
        ? [{ label: `${name}: ${exported.name}`, name: exported.name, symbol }]
        : [];
    });
  });
  return { checker, symbols };
}

/** Whether a symbol is declared in the package's own source. */
export function isOwn(symbol: ts.Symbol, { folder }: PublicPackage): boolean {
  return (symbol.declarations ?? []).some((declaration) =>
    declaration.getSourceFile().fileName.startsWith(join(folder, 'src')),
  );
}

function original(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

function missing(path: string): never {
  throw new Error(`${path} is not a module`);
}
