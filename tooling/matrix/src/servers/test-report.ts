/** What became of one test. */
export interface TestOutcome {
  /** From the repository's root. */
  readonly file: string;
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'not run';
  /** The first line of why it failed. */
  readonly reason?: string | undefined;
  /** Whether it passed only when its file ran again, on its own. */
  readonly again?: boolean | undefined;
}

/** The environment variable that tells the reporter where to write. */
export const REPORT_FILE = 'MATRIX_REPORT';
