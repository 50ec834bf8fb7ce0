import ts from 'typescript';

/** What makes an error of these packages: its second argument is the message. */
const MAKERS = new Set(['A2ARedisError', 'detailedError']);
/** Names of what a message must not hold, of values and of members: where something is stored, and what others said. */
const FORBIDDEN =
  /^(?:key|keys|\w*Keys?|channel|\w*Channel|prefix|scope|tenant|owner|script|host|url|address|target|reply|textReply|error|cause|thrown|message)$/u;

/** What the messages of a module's errors are made of that no client may read: each as `<line>: <what>`. */
export function messageLeaks(source: string): readonly string[] {
  const file = ts.createSourceFile('module.ts', source, ts.ScriptTarget.Latest, true);
  const constants = constantsOf(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const message = messageOf(node);
    if (message !== undefined) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      for (const name of leaksIn(message, constants)) found.push(`${line + 1}: ${name}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The message of the error that a node makes, if it makes one. */
function messageOf(node: ts.Node): ts.Expression | undefined {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined;
  return MAKERS.has(node.expression.getText()) ? node.arguments?.[1] : undefined;
}

/** The forbidden names in an expression, and in the constants of the module that it is made of. */
function leaksIn(
  message: ts.Expression,
  constants: ReadonlyMap<string, readonly ts.Expression[]>,
): ReadonlySet<string> {
  const leaks = new Set<string>();
  const followed = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (!ts.isIdentifier(node)) {
      ts.forEachChild(node, visit);
      return;
    }
    const { parent, text } = node;
    const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
    // What is taken of an object counts, not the object: `keys.queueId` is no key. All of a script says which it is.
    const whole = isMember ? parent : node;
    const isObject =
      ts.isPropertyAccessExpression(whole.parent) && whole.parent.expression === whole;
    if (isObject && text !== 'script') return;
    const values = isMember ? undefined : constants.get(text);
    // A constant is what it is made of, whatever its name.
    if (values === undefined) {
      if (FORBIDDEN.test(text)) leaks.add(text);
    } else if (!followed.has(text)) {
      followed.add(text);
      for (const value of values) visit(value);
    }
  };
  visit(message);
  return leaks;
}

/** What texts the constants of a module are, by their names: those that are made by an operator or a template. */
function constantsOf(file: ts.SourceFile): ReadonlyMap<string, readonly ts.Expression[]> {
  const constants = new Map<string, ts.Expression[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && isText(node.initializer)) {
      const values = constants.get(node.name.text) ?? [];
      constants.set(node.name.text, [...values, node.initializer]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return constants;
}

function isText(value: ts.Expression | undefined): value is ts.Expression {
  if (value === undefined) return false;
  return (
    ts.isStringLiteralLike(value) ||
    ts.isTemplateExpression(value) ||
    ts.isBinaryExpression(value) ||
    ts.isConditionalExpression(value)
  );
}
