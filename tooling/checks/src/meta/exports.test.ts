import ts from 'typescript';
import { describe, expect, test } from 'vitest';

import { type PublicPackage, publicPackages } from '../workspace/public-packages.ts';
import { isOwn, packageExports } from './exported-symbols.ts';

describe.each(publicPackages())('$name: documentation', (one) => {
  const { checker, symbols } = packageExports(one);
  // `cluster?: undefined` tells variants of options apart; nobody can set it.
  const isForbidden = (property: ts.Symbol): boolean =>
    (checker.getTypeOfSymbol(property).flags & ts.TypeFlags.Undefined) !== 0;
  const isDocumented = (symbol: ts.Symbol): boolean =>
    symbol.getDocumentationComment(checker).length > 0;

  test('every export is documented', () => {
    expect(symbols.length).toBeGreaterThan(0);
    expect(symbols.filter(({ symbol }) => !isDocumented(symbol)).map(({ label }) => label)).toEqual(
      [],
    );
  });

  test('every public member of an exported class is documented', () => {
    const members = symbols.flatMap(({ label, symbol }) =>
      publicMembers(symbol, one).map((member) => ({ label: `${label}.${member.name}`, member })),
    );
    expect(members.filter(({ member }) => !isDocumented(member)).map(({ label }) => label)).toEqual(
      [],
    );
  });

  test('every option is documented, an optional one with its default', () => {
    const options = symbols
      .filter(({ name }) => name.endsWith('Options'))
      .flatMap(({ label, symbol }) =>
        checker
          .getDeclaredTypeOfSymbol(symbol)
          .getProperties()
          .filter((property) => isOwn(property, one) && !isForbidden(property))
          .map((property) => ({ label: `${label}.${property.name}`, property })),
      );
    const undocumented = options.filter(({ property }) => !isDocumented(property));
    const withoutDefault = options.filter(
      ({ property }) =>
        (property.flags & ts.SymbolFlags.Optional) !== 0 &&
        !property.getJsDocTags(checker).some((tag) => tag.name === 'default'),
    );
    expect(undocumented.map(({ label }) => label)).toEqual([]);
    expect(withoutDefault.map(({ label }) => label)).toEqual([]);
  });
});

function publicMembers(symbol: ts.Symbol, one: PublicPackage): readonly ts.Symbol[] {
  if ((symbol.flags & ts.SymbolFlags.Class) === 0) return [];
  return [...(symbol.members?.values() ?? [])].filter((member) => {
    const [declaration] = member.declarations ?? [];
    if (declaration === undefined || !isOwn(member, one)) return false;
    // What `[Symbol.asyncDispose]`, an overridden member or a constructor without a comment means is known.
    if (!ts.isClassElement(declaration) || ts.isConstructorDeclaration(declaration)) return false;
    if (declaration.name === undefined || !ts.isIdentifier(declaration.name)) return false;
    const hidden =
      ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override;
    return (ts.getCombinedModifierFlags(declaration) & hidden) === 0;
  });
}
