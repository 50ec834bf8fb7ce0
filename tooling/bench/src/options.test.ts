import { describe, expect, it } from 'vitest';

import { parseOptions } from './options.ts';

const NAMES = ['stream', 'list'];

describe('parseOptions', () => {
  it('runs all benchmarks in full unless told otherwise', () => {
    expect(parseOptions([], NAMES)).toEqual({
      quick: false,
      strict: false,
      help: false,
      json: undefined,
      only: NAMES,
    });
  });

  it('reads every option, and skips the dashes that pnpm hands on', () => {
    const args = ['--', '--quick', '--strict', '--only', 'list', '--json', 'out.json'];
    expect(parseOptions(args, NAMES)).toEqual({
      quick: true,
      strict: true,
      help: false,
      json: 'out.json',
      only: ['list'],
    });
  });

  it('refuses a benchmark that there is not, by name', () => {
    expect(() => parseOptions(['--only', 'lists'], NAMES)).toThrow(
      'There is no benchmark "lists". Benchmarks: stream, list.',
    );
  });

  it('refuses an unknown option', () => {
    expect(() => parseOptions(['--fast'], NAMES)).toThrow("Unknown option '--fast'");
  });
});
