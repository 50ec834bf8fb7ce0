/** What a step found. */
export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: number | undefined;
  /** Printed when something failed. */
  readonly output?: string | undefined;
  /** Lines for the end of the whole check: things that did not run. */
  readonly notes?: readonly string[] | undefined;
}

/** One part of the whole check. */
export interface Step {
  readonly name: string;
  /** Steps that must have passed, or this one is not run. */
  readonly needs?: readonly string[] | undefined;
  run(): Promise<StepResult>;
}

/** Steps that may run at the same time; the next group starts when all of them ended. */
export type StepGroup = readonly Step[];

/** One named check with the problems it found; it passed when there are none. */
export interface Finding {
  readonly name: string;
  readonly problems: readonly string[];
  /** Printed with the problems, whether or not the check itself has any. */
  readonly detail?: string | undefined;
}

/** Counts findings and writes out the problems of those that failed. */
export function resultOfFindings(findings: readonly Finding[]): StepResult {
  const failed = findings.filter(({ problems }) => problems.length > 0);
  const lines = failed.flatMap(({ name, problems, detail }) => [
    `${name}:`,
    ...problems.map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`),
    ...(detail === undefined ? [] : [detail]),
  ]);
  return {
    passed: findings.length - failed.length,
    failed: failed.length,
    output: lines.join('\n'),
  };
}
