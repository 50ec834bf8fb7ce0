import { expect, test } from 'vitest';

import { codeBlocks } from './code-blocks.ts';

test('fenced blocks are found with their language, their line and what they build on', () => {
  const document = `# Title

\`\`\`ts
const a = 1;
\`\`\`

<!-- given: declare const a: number; -->

\`\`\`ts
a;
\`\`\`

\`\`\`sh
npm install
\`\`\`
`;
  expect(codeBlocks(document)).toEqual([
    { language: 'ts', code: 'const a = 1;\n', line: 4, given: '' },
    { language: 'ts', code: 'a;\n', line: 10, given: 'declare const a: number;' },
    { language: 'sh', code: 'npm install\n', line: 14, given: '' },
  ]);
});
