import { describe, expect, it } from 'vitest';

import { chooseRows, parseOptions } from './options.ts';
import type { PlannedRow } from './row.ts';

function planned(section: PlannedRow['section'], name: string): PlannedRow {
  return { section, name, run: () => Promise.reject(new Error('not to be run')) };
}

describe('parseOptions', () => {
  it('runs everything and writes nothing unless told otherwise', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      list: false,
      write: false,
      json: undefined,
      only: [],
    });
  });

  it('reads every option, and skips the dashes that pnpm hands on', () => {
    const args = ['--', '--list', '--write', '--only', 'a', '--only', 'b', '--json', 'out.json'];
    expect(parseOptions(args)).toEqual({
      help: false,
      list: true,
      write: true,
      json: 'out.json',
      only: ['a', 'b'],
    });
  });

  it('refuses an unknown option', () => {
    expect(() => parseOptions(['--fast'])).toThrow("Unknown option '--fast'");
  });
});

describe('chooseRows', () => {
  const rows = [
    planned('servers', 'redis-7.2'),
    planned('servers', 'valkey-9'),
    planned('runtimes', 'bun'),
  ];
  const chosen = (only: readonly string[]): readonly string[] => {
    return chooseRows(rows, only).map(({ name }) => name);
  };

  it('takes sections and rows by name, and all where none is named', () => {
    expect(chosen([])).toEqual(['redis-7.2', 'valkey-9', 'bun']);
    expect(chosen(['servers'])).toEqual(['redis-7.2', 'valkey-9']);
    expect(chosen(['bun', 'redis-7.2'])).toEqual(['redis-7.2', 'bun']);
  });

  it('refuses a name that there is not', () => {
    expect(() => chosen(['deno'])).toThrow(
      'There is no "deno". There are: servers, clients, runtimes, bundles, typescript, redis-7.2, valkey-9, bun.',
    );
  });
});
