import ts from 'typescript';

/** Globals that are a clock, a timer or a source of chance as a whole. */
const GLOBALS = new Set([
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
]);
/** Globals that have one among their members. */
const MEMBERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Date', new Set(['now'])],
  ['Math', new Set(['random'])],
  ['AbortSignal', new Set(['timeout'])],
  ['process', new Set(['hrtime', 'uptime'])],
  ['globalThis', GLOBALS],
  ['global', GLOBALS],
]);
/** Modules that have nothing else. */
const MODULES = /^(?:node:)?(?:timers(?:\/promises)?|perf_hooks)$/u;
const CRYPTO_MODULE = /^(?:node:)?crypto$/u;
/** What of the module `crypto` is chance; the rest computes. */
const CRYPTO_CHANCE = /^(?:random|generate|getRandomValues$|webcrypto$)/u;

/** Where a module reads a clock, sets a timer or takes a random number: each as `<line>: <what>`. */
export function clockUses(source: string): readonly string[] {
  const file = ts.createSourceFile('module.ts', source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const what of usesAt(node)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push(`${line + 1}: ${what}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function usesAt(node: ts.Node): readonly string[] {
  if (ts.isStringLiteral(node)) return moduleUses(node);
  if (ts.isIdentifier(node)) return nameUses(node);
  // Without arguments it is the present moment.
  const isDate = ts.isNewExpression(node) && node.expression.getText() === 'Date';
  return isDate && (node.arguments ?? []).length === 0 ? ['new Date()'] : [];
}

/** Of a module that is imported, in whatever way. */
function moduleUses(node: ts.StringLiteral): readonly string[] {
  const { parent, text } = node;
  const isImported =
    ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isCallExpression(parent);
  if (!isImported) return [];
  if (MODULES.test(text)) return [text];
  if (!CRYPTO_MODULE.test(text)) return [];
  const names = importedNames(parent);
  if (names === undefined) return [`all of ${text}`];
  return names.filter((name) => CRYPTO_CHANCE.test(name));
}

/** `undefined` where a module is imported as a whole. */
function importedNames(node: ts.Node): readonly string[] | undefined {
  if (!ts.isImportDeclaration(node) || node.importClause?.name !== undefined) return undefined;
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return undefined;
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

function nameUses(node: ts.Identifier): readonly string[] {
  const { parent, text } = node;
  if (isOnlyName(node)) return [];
  if (GLOBALS.has(text)) return [text];
  const members = MEMBERS.get(text);
  if (members === undefined) return [];
  const member = memberOf(parent, node);
  if (member !== undefined) return members.has(member) ? [`${text}.${member}`] : [];
  // Taken apart or passed on, it can be used unseen.
  return isClass(parent, node) ? [] : [`${text} as a value`];
}

/** Whether a class is made an object of, or looked for. */
function isClass(parent: ts.Node, node: ts.Node): boolean {
  if (ts.isNewExpression(parent)) return parent.expression === node;
  return (
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword &&
    parent.right === node
  );
}

/** Which member of an object is meant, where it is named. */
function memberOf(parent: ts.Node, object: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(parent) && parent.expression === object) {
    return parent.name.text;
  }
  if (ts.isElementAccessExpression(parent) && parent.expression === object) {
    const { argumentExpression: key } = parent;
    return ts.isStringLiteral(key) ? key.text : undefined;
  }
  return undefined;
}

/** Whether an identifier names a member, a binding of an import or a type, rather than a value. */
function isOnlyName(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)) &&
      parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ts.isTypeReferenceNode(parent) ||
    ts.isQualifiedName(parent)
  );
}
