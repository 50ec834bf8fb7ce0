/** Says on stderr what takes long. Quick ways say nothing. */
export function progress(line: string): void {
  process.stderr.write(`redis: ${line}\n`);
}
