/**
 * Checks the header of a Lua script: the comment lines at its top say what it is for, name every
 * key and argument that the script uses by a literal index, and say what it returns.
 *
 * @returns One sentence for each thing that is missing.
 */
export function luaHeaderProblems(source: string): readonly string[] {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  const header = lines.slice(0, end === -1 ? lines.length : end).join('\n');
  const body = lines.slice(end === -1 ? lines.length : end).join('\n');
  const problems: string[] = [];
  if (!/^--+ *(?!KEYS|ARGV|Returns)\w/u.test(header)) {
    problems.push('the header does not begin with what the script is for');
  }
  if (!/^--\s*Returns\b/imu.test(header)) problems.push('the header does not say what it returns');
  for (const table of ['KEYS', 'ARGV']) {
    if (body.includes(table) && !header.includes(table))
      problems.push(`the header has no ${table}`);
  }
  const used = new Set([...body.matchAll(/\b(?:KEYS|ARGV)\[\d+\]/gu)].map(([text]) => text));
  for (const text of used) {
    if (!header.includes(text)) problems.push(`the header does not document ${text}`);
  }
  return problems;
}
