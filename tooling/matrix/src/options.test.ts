import { describe, expect, it } from 'vitest';

import { chooseRows, parseOptions, rowsToDo } from './options.ts';
import type { PlannedRow, Row } from './row.ts';

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
      from: [],
      only: [],
      since: undefined,
    });
  });

  it('reads every option, and skips the dashes that pnpm hands on', () => {
    const rows = ['--list', '--write', '--only', 'a', '--only', 'b', '--json', 'out.json'];
    expect(parseOptions(['--', ...rows, '--since', '2026-11-28', '--from', 'a.json'])).toEqual({
      help: false,
      list: true,
      write: true,
      json: 'out.json',
      from: ['a.json'],
      only: ['a', 'b'],
      since: '2026-11-28',
    });
  });

  it('refuses an unknown option, and what is no date', () => {
    expect(() => parseOptions(['--fast'])).toThrow("Unknown option '--fast'");
    expect(() => parseOptions(['--since', 'today'])).toThrow(
      '--since takes a date such as 2026-11-28, not "today".',
    );
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
      'There is no "deno". There are: servers, agents, clients, runtimes, bundles, typescript, redis-7.2, valkey-9, bun.',
    );
  });
});

describe('rowsToDo', () => {
  const wanted = [
    planned('servers', 'redis-7.2'),
    planned('servers', 'bun'),
    planned('runtimes', 'bun'),
    planned('runtimes', 'deno'),
    planned('runtimes', 'node-20'),
  ];
  const row = (name: string, date: string, failed: number): Row => ({
    section: 'runtimes',
    name,
    version: '1',
    date,
    cells: { core: { passed: 1, failed, notRun: 0, failures: [] } },
  });
  const before = [
    row('bun', '2026-11-28', 0),
    row('deno', '2026-11-29', 1),
    row('node-20', '2026-11-27', 0),
  ];

  it('leaves out what passed on that day or later', () => {
    const left = rowsToDo(wanted, before, '2026-11-28');
    expect(left.map(({ section, name }) => `${section} ${name}`)).toEqual([
      'servers redis-7.2',
      'servers bun',
      'runtimes deno',
      'runtimes node-20',
    ]);
  });

  it('leaves out nothing without a day', () => {
    expect(rowsToDo(wanted, before, undefined)).toEqual(wanted);
  });
});
