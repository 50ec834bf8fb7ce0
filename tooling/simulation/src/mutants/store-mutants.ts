import { APART, CALM, DENSE, DENSE_CUT_OFF, type Mutant } from './mutant.ts';

const TASKS = 'packages/core/src/tasks';

/** Faults of the task store: its records, its index, and who writes what. */
export const STORE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a store applies an event as often as it hears it',
    file: `${TASKS}/apply-event.ts`,
    from: 'if (taskEvents.has(event.eventId)) return withMessages(base, mine, theirs);',
    to: '',
    conditions: APART,
  },
  {
    name: 'index-task.lua leaves out the list of all tasks',
    file: `${TASKS}/scripts/index-task.lua`,
    from: 'for i = 1, 4 do',
    to: 'for i = 2, 4 do',
    conditions: CALM,
  },
  {
    name: 'all users share one index',
    file: `${TASKS}/task-keys.ts`,
    from: `return new IndexKeys(\`\${this.#prefix}{\${scopeSegment(scope)}}\`);`,
    to: `return new IndexKeys(\`\${this.#prefix}{:}\`);`,
    conditions: CALM,
  },
  {
    name: 'save-task.lua without its version check',
    file: 'packages/task-store/src/scripts/save-task.lua',
    from: "if ARGV[1] ~= '' and ARGV[1] ~= version then",
    to: 'if false then',
    conditions: DENSE,
  },
  {
    name: 'index-task.lua leaves the entry that is replaced',
    file: `${TASKS}/scripts/index-task.lua`,
    from: "if i == 1 or i > 4 then redis.call('ZREM', KEYS[k + i], ARGV[a + 4]) end",
    to: '',
    conditions: CALM,
  },
  {
    name: 'a request does not wait for what its publisher writes',
    file: `${TASKS}/task-saver.ts`,
    from: 'const fate = await this.#published.fate(key, eventId);',
    to: 'const fate = this.#published === undefined ? `lost` : `written`;',
    conditions: DENSE_CUT_OFF,
  },
  {
    name: 'a request loads later events than it has stored',
    file: `${TASKS}/base-task-store.ts`,
    from: 'return reader && this.#cache.steps(key)?.asOf(reader);',
    to: 'return undefined;',
    conditions: CALM,
  },
  {
    name: 'events are written over what others have stored',
    file: `${TASKS}/task-writer.ts`,
    from: 'const expected = stored?.version ?? NO_RECORD;',
    to: "const expected = '';",
    conditions: DENSE,
  },
  {
    name: 'a save sends the whole task',
    file: `${TASKS}/task-records.ts`,
    from: 'diffTasks(from, target), from === undefined);',
    to: 'diffTasks(undefined, target), true);',
    conditions: DENSE,
  },
  {
    name: 'a load reads what this process has',
    file: `${TASKS}/task-records.ts`,
    from: "const args = [known?.version ?? ''];",
    to: "const args = [''];",
    conditions: DENSE,
  },
];
