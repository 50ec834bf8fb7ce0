import { APART, CALM, DENSE, DENSE_CUT_OFF, DENSE_LOSS, type Mutant } from './mutant.ts';

const TASKS = 'packages/core/src/task-store';

/** Faults of the task store: its records, its index, and who writes what. */
export const STORE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a store applies an event as often as it hears it',
    file: `${TASKS}/merge/apply-event.ts`,
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
    file: `${TASKS}/index/task-keys.ts`,
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
    file: `${TASKS}/store/task-saver.ts`,
    from: 'const fate = await this.#published.fate(key, eventId);',
    to: 'const fate = this.#published === undefined ? `lost` : `written`;',
    conditions: DENSE_CUT_OFF,
  },
  {
    name: 'a request loads later events than it has stored',
    file: `${TASKS}/store/base-task-store.ts`,
    from: 'return step;\n  }',
    to: 'return undefined;\n  }',
    conditions: CALM,
  },
  {
    name: 'events are written over what others have stored',
    file: `${TASKS}/store/task-writer.ts`,
    from: 'const expected = stored?.version ?? NO_RECORD;',
    to: "const expected = '';",
    conditions: DENSE,
  },
  {
    name: 'a save sends the whole task',
    file: `${TASKS}/records/task-records.ts`,
    from: 'diffTasks(from, target), from === undefined);',
    to: 'diffTasks(undefined, target), true);',
    conditions: DENSE,
  },
  {
    name: 'a load reads what this process has',
    file: `${TASKS}/records/task-records.ts`,
    from: "const args = [known?.version ?? ''];",
    to: "const args = [''];",
    conditions: DENSE,
  },
  {
    name: 'a request goes on with what others made of its task, though its own event is not stored',
    file: `${TASKS}/store/base-task-store.ts`,
    from: 'throw notStored(taskId, unstored, this.#published.causeOf(key, reader));',
    to: 'return step;',
    conditions: DENSE_CUT_OFF,
  },
  {
    name: 'save-task.lua writes what its companion refuses',
    file: 'packages/task-store/src/scripts/save-task.lua',
    from: "if refusal then return { 'refused', refusal } end",
    to: '',
    conditions: DENSE_CUT_OFF,
  },
  {
    name: 'save-task.lua writes without what its companion does',
    file: 'packages/task-store/src/scripts/save-task.lua',
    from: 'apply_companion(key_count, arg_count)',
    to: '',
    conditions: CALM,
  },
  {
    name: 'a task event takes all that is stored for what its executor knew',
    file: `${TASKS}/merge/with-events.ts`,
    from: '? (givenFor(snapshotOf(event.data), known) ?? withKnown(stored, knownMessages))',
    to: '? stored',
    conditions: CALM,
  },
  {
    name: 'what a failover took back of a record is not written again',
    file: `${TASKS}/store/write-attempt.ts`,
    from: 'if (!isLater) return false;',
    to: 'if (isLater || !isLater) return false;',
    survives:
      'It takes a failover that takes back the last write of a task whose publisher writes once more: 1 of 2,000 seeds shows it, "write-attempt.test.ts" has it.',
    conditions: DENSE_LOSS,
  },
  {
    name: 'a task event is compared with what the latest execution was given',
    file: `${TASKS}/merge/with-events.ts`,
    from: 'return known.findLast((given) => given !== undefined && holds(told, given)) ?? known[0];',
    to: 'return known.at(-1);',
    conditions: DENSE,
  },
];
