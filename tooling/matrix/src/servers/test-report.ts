import { readFile } from 'node:fs/promises';

/** What became of one test. */
export interface TestOutcome {
  /** From the repository's root; empty for what failed outside of every test. */
  readonly file: string;
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'not run';
  /** The first line of why it failed. */
  readonly reason?: string | undefined;
  /** Whether it passed only when its file ran again, on its own. */
  readonly again?: boolean | undefined;
}

/** One line of a report, as JSON: a file that ended, or what failed outside of all files, when the run ended. */
export interface ReportLine {
  readonly ended: string;
  readonly outcomes: readonly TestOutcome[];
}

/** The environment variable that tells the reporter where to write. */
export const REPORT_FILE = 'MATRIX_REPORT';

/** Reads a report: whole lines alone, as the run may have been killed. None where no file has ended. */
export async function readReport(path: string): Promise<readonly ReportLine[]> {
  const text = await readFile(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): ReportLine => JSON.parse(line));
}
