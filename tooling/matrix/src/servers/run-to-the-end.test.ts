import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runToTheEnd } from './run-to-the-end.ts';
import { readReport, type ReportLine, type TestOutcome } from './test-report.ts';

const passed = (file: string): TestOutcome => ({ file, name: 'works', state: 'passed' });
const lines = (...files: readonly string[]): readonly ReportLine[] => {
  return files.map((file) => ({ ended: file, outcomes: [passed(file)] }));
};

test('files that a killed run left run again', async () => {
  const ran: (readonly string[])[] = [];
  const outcomes = await runToTheEnd(['a', 'b', 'c'], async (files) => {
    ran.push(files);
    return lines(...files.slice(0, 2));
  });
  expect(ran).toEqual([['a', 'b', 'c'], ['c']]);
  expect(outcomes).toEqual([passed('a'), passed('b'), passed('c')]);
});

test('a file that never ends has failed', async () => {
  const outcomes = await runToTheEnd(['a', 'b'], async (files) => {
    return lines(...files.filter((file) => file === 'a'));
  });
  expect(outcomes).toEqual([
    passed('a'),
    { file: 'b', name: '(the file)', state: 'failed', reason: 'Vitest ended before it' },
  ]);
});

test('where no file ends, there is nothing to count', async () => {
  await expect(runToTheEnd(['a'], async () => [])).rejects.toThrow('The tests gave no report');
  await expect(
    runToTheEnd(['a'], async () => [{ ended: '', outcomes: [passed('')] }]),
  ).rejects.toThrow('The tests gave no report');
});

test('of a report, the lines that are whole are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-matrix-'));
  try {
    const path = join(folder, 'report.jsonl');
    const [line] = lines('a');
    await writeFile(path, `${JSON.stringify(line)}\n{"ended":"b","outc`);
    expect(await readReport(path)).toEqual([line]);
    await writeFile(path, '');
    expect(await readReport(path)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
