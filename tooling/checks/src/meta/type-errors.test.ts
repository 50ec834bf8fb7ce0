import { join } from 'node:path';

import { expect, test } from 'vitest';

import { repositoryRoot } from '../workspace/repository.ts';
import { typeErrors } from './type-errors.ts';

const path = join(repositoryRoot, 'packages/core/snippet.ts');

test('a module may use its own package, the SDK and Node, and its mistakes are told', () => {
  const imports = [
    "import { A2ARedisError } from '@a2a-redis/core';",
    "import { Task } from '@a2a-js/sdk';",
    "import { createClient } from 'redis';",
    "import { join } from 'node:path';",
    "export const used = [A2ARedisError, Task, createClient, join('a', 'b')];",
  ];
  expect(typeErrors([{ path, text: imports.join('\n') }])).toEqual([]);
  expect(
    typeErrors([
      {
        path,
        text: "import { nothing } from '@a2a-redis/core';\nexport const n: number = nothing;",
      },
    ]),
  ).toEqual([
    `packages/core/snippet.ts:1: Module '"@a2a-redis/core"' has no exported member 'nothing'.`,
  ]);
});
