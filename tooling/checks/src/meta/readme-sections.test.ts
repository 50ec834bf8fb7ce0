import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { publicPackages } from '../workspace/public-packages.ts';
import { codeBlocks } from './code-blocks.ts';

const SECTIONS = [
  'Install',
  'Usage',
  'Existing client',
  'Options',
  'Key layout',
  'Guarantees and limits',
  'Requirements',
];

test.each(publicPackages())(
  '$name: README has the agreed sections in order',
  ({ name, folder }) => {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(readme).toMatch(new RegExp(`^# ${name}\\n`, 'u'));
    const headings = [...withoutCode(readme).matchAll(/^## (.+)$/gmu)].map(
      ([, heading]) => heading,
    );
    expect(headings.filter((heading) => SECTIONS.includes(heading ?? ''))).toEqual(SECTIONS);
  },
);

function withoutCode(markdown: string): string {
  return codeBlocks(markdown).reduce((text, { code }) => text.replace(code, ''), markdown);
}
