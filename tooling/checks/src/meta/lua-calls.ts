/** What a script may call that says of itself that it only reads. */
const READING: ReadonlySet<string> = new Set([
  'EXISTS',
  'HGET',
  'HGETALL',
  'HLEN',
  'HMGET',
  'INFO',
  'JSON.GET',
  'JSON.TYPE',
  'PUBSUB',
  'TYPE',
  'ZCARD',
  'ZLEXCOUNT',
  'ZRANGE',
  'ZRANGEBYSCORE',
  'ZREVRANGEBYLEX',
]);

/** Commands that name something else where others name a key. */
const WITHOUT_KEY: ReadonlySet<string> = new Set(['PUBLISH', 'SPUBLISH', 'PUBSUB']);

/** Whether the header of a script says that it never writes. */
export function saysOnlyReads(source: string): boolean {
  const header = /^(?:--.*\n)*/u.exec(source)?.[0] ?? '';
  return /\bOnly\s(?:--\s)?reads\./u.test(header);
}

/**
 * Checks what a Lua script calls: keys come from KEYS, so that every server knows them beforehand; nothing of a query
 * engine, which asks several servers on some; and nothing that writes where the header says that it only reads.
 *
 * @returns One sentence for each call that is at fault.
 */
export function luaCallProblems(source: string): readonly string[] {
  const problems: string[] = [];
  const onlyReads = saysOnlyReads(source);
  if (/'FT\./u.test(source)) problems.push('a script calls a command of a query engine');
  for (const [, command = '', key = ''] of source.matchAll(
    /redis\.p?call\(\s*'([A-Z.]+)'(?:,\s*([A-Za-z_]+))?/gu,
  )) {
    if (key === 'ARGV' && !WITHOUT_KEY.has(command)) {
      problems.push(`${command} takes its key from ARGV`);
    }
    if (onlyReads && !READING.has(command)) {
      problems.push(`${command} writes in a script that only reads`);
    }
  }
  return problems;
}
