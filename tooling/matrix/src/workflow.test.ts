import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { repositoryRoot } from '@a2a-redis-internal/checks/repository';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { parseOptions } from './options.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

const text = readFileSync(join(repositoryRoot, '.github/workflows/matrix.yml'), 'utf8');
const workflow: Workflow = parse(text);
const scripts = Object.values(workflow.jobs)
  .flatMap(({ steps }) => steps)
  .flatMap(({ run }) => (run === undefined ? [] : [run]));

test('the workflow is written as a shell reads it', () => {
  for (const script of scripts) {
    expect(() => execFileSync('bash', ['-n'], { input: script, stdio: 'pipe' })).not.toThrow();
  }
});

test('the workflow gives the matrix options that there are', () => {
  const given = scripts.flatMap((script) => / matrix (--[^|]+)/u.exec(script)?.[1] ?? []);
  const rows = {
    help: false,
    list: false,
    write: false,
    json: 'rows.json',
    from: [],
    since: undefined,
  };
  expect(given.map((options) => parseOptions(options.trim().split(' ')))).toEqual([
    { ...rows, only: ['servers', 'agents'] },
    { ...rows, only: ['servers', 'agents'] },
    { ...rows, only: [] },
  ]);
});
