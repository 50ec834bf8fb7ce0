/** The end of a log, which is where programs say why they gave up. */
export function lastLines(text: string, count: number): string {
  return text
    .trimEnd()
    .split(/\r?\n|\r/)
    .slice(-count)
    .join('\n');
}
