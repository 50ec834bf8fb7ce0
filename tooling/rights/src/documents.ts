import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type AclRules, packageCalls, rulesOf } from './acl-rules.ts';
import { type Layout, PACKAGE_CALLS } from './package-calls.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** A document that says what a user needs. */
export interface RightsDocument {
  /** From the root of the repository. */
  readonly path: string;
  /** The packages that the user uses. */
  readonly packages: readonly string[];
}

/** Packages that another one calls by the same client. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  // It reads the configs of the webhooks.
  'push-delivery': ['push-config'],
};

/** The README of each package, and of core one for an agent that uses several. */
export const DOCUMENTS: readonly RightsDocument[] = [
  ...PACKAGE_CALLS.map(({ name }) => ({
    path: `packages/${name}/README.md`,
    packages: [name, ...(COMPANIONS[name] ?? [])],
  })),
  {
    path: 'packages/core/README.md',
    packages: ['task-store', 'streams-queue', 'push-config'],
  },
];

const BLOCK = /(?<=<!-- rights: .* -->\n\n)[^]*?(?=\n?<!-- end of rights -->)/u;

/**
 * A document's text with the rules that belong there now.
 *
 * @throws {Error} Where it has no place for them.
 */
export function withRules({ path, packages }: RightsDocument, text: string): string {
  if (!BLOCK.test(text)) throw new Error(`${path} has no comments that say where its rights go`);
  const calls = packages.map(packageCalls);
  const blocks = (['single', 'cluster'] as const).map((layout) => {
    const line = commandLine(rulesOf(calls, layout));
    return `${INTRODUCTION[layout]}\n\n\`\`\`text\n${line}\n\`\`\`\n`;
  });
  return text.replace(BLOCK, () => blocks.join('\n'));
}

const INTRODUCTION: Readonly<Record<Layout, string>> = {
  single: 'On a single server:',
  cluster: 'On a cluster, on each of its nodes:',
};

/** The user that the documents make. */
const USER = ['agent', 'reset', 'on', '>secret'];

function commandLine({ keys, channels, commands }: AclRules): string {
  return ['ACL SETUSER', ...USER, ...keys, ...channels, ...commands].join(' ');
}

/**
 * The rules that a document tells its readers to copy, one by one, without the name and the password.
 *
 * @throws {Error} Where it has none.
 */
export function rulesIn(path: string, layout: Layout): readonly string[] {
  const text = readDocument(path);
  const from = text.indexOf(INTRODUCTION[layout], text.search(BLOCK));
  const line = /^ACL SETUSER .*$/mu.exec(text.slice(from))?.[0];
  if (from === -1 || line === undefined) throw new Error(`${path} has no rules for ${layout}`);
  const words = line.split(' ');
  return words.slice(2 + USER.length);
}

export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function pathOf(document: RightsDocument): string {
  return join(ROOT, document.path);
}
