import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { luaModule } from '../../../../build/src/lua-plugin.ts';
import { saysOnlyReads } from '../../../../checks/src/meta/lua-calls.ts';

const PACKAGES = new URL('../../../../../packages/', import.meta.url).pathname;
const REDIS = 'core/src/redis/scripts';
const DOCTOR = 'core/src/doctor/scripts';
const TASKS = 'core/src/task-store/scripts';
const EVENTS = 'core/src/queue-manager/scripts';
const QUEUE = 'streams-queue/src/queue/scripts';
const STREAMS = 'streams-queue/src/scripts';
const PUBSUB = 'pubsub-queue/src';
const DELIVERY = 'push-delivery/src/delivery/scripts';

/** A script, by its file's name. */
export type ScriptName =
  | 'command'
  | 'probe-layout'
  | 'ask-calls'
  | 'server-command'
  | 'claim-scopes'
  | 'release-scope'
  | 'note-scope'
  | 'clear-pending'
  | 'index-task'
  | 'unindex-task'
  | 'unlist-member'
  | 'list-due'
  | 'list-index'
  | 'save-task'
  | 'save-task+append-events'
  | 'save-task+publish-events'
  | 'read-task'
  | 'renew-lease'
  | 'condemn-replica'
  | 'end-lease'
  | 'checked-command'
  | 'note-run'
  | 'read-runs'
  | 'begin-run'
  | 'pause-run'
  | 'fence-run'
  | 'read-state'
  | 'request-cancel'
  | 'answer-cancel'
  | 'drop-cancel'
  | 'save-config'
  | 'load-configs'
  | 'delete-config'
  | 'mark-task'
  | 'settle-mark'
  | 'claim-tasks'
  | 'count-due'
  | 'enqueue-event'
  | 'take-deliveries'
  | 'finish-delivery'
  | 'requeue-letter'
  | 'switch-lane'
  | 'give-up-chunks'
  | 'read-lanes'
  | 'note-letter'
  | 'list-letters'
  | 'append-events'
  | 'probe-ids'
  | 'read-stream'
  | 'read-position'
  | 'enqueue-events'
  | 'open-reader'
  | 'read-events'
  | 'renew-events'
  | 'give-back-events'
  | 'leave-queue'
  | 'set-aside-event'
  | 'retry-poison'
  | 'publish-events'
  | 'announce-position'
  | 'count-subscribers';

const RIGHTS = 'core/src/rights/scripts/require-rights';
const READ_KEY: readonly string[] = [RIGHTS, `${EVENTS}/read-key`];
const TASK_STATE: readonly string[] = [...READ_KEY, `${EVENTS}/task-state`];
const SCHEDULE: readonly string[] = [RIGHTS, `${DELIVERY}/schedule`];
const LANES: readonly string[] = [...SCHEDULE, `${DELIVERY}/lanes`];
/** Stands before all that reads arguments. */
const PACKED = `${REDIS}/packed-arguments`;

const SAVE_TASK: readonly string[] = [
  `${REDIS}/companion`,
  `${TASKS}/index-task`,
  `${TASKS}/record-version`,
  'task-store/src/scripts/save-task',
];

/** The scripts of the packages without JSON, and the files that each is made of. */
const PARTS: Readonly<Record<ScriptName, readonly string[]>> = {
  command: [`${REDIS}/command`],
  'probe-layout': ['core/src/layout/scripts/probe-layout'],
  'ask-calls': [`${DOCTOR}/ask-calls`],
  'server-command': [`${DOCTOR}/server-command`],
  'claim-scopes': [RIGHTS, `${TASKS}/claim-scopes`],
  'release-scope': [RIGHTS, `${TASKS}/release-scope`],
  'note-scope': [RIGHTS, `${TASKS}/note-scope`],
  'clear-pending': [`${TASKS}/clear-pending`],
  'index-task': [RIGHTS, `${TASKS}/index-task`, `${TASKS}/index-task-main`],
  'unindex-task': [RIGHTS, `${TASKS}/unindex-task`],
  'unlist-member': [`${TASKS}/unlist-member`],
  'list-due': [`${TASKS}/list-due`],
  'list-index': [`${TASKS}/list-index`],
  'save-task': [PACKED, RIGHTS, `${REDIS}/no-companion`, ...SAVE_TASK],
  'save-task+append-events': [PACKED, ...TASK_STATE, `${STREAMS}/append-events`, ...SAVE_TASK],
  'save-task+publish-events': [
    PACKED,
    ...TASK_STATE,
    `${PUBSUB}/scripts/publish-events`,
    ...SAVE_TASK,
  ],
  'read-task': ['task-store/src/scripts/read-task'],
  'renew-lease': [...READ_KEY, `${EVENTS}/renew-lease`],
  'condemn-replica': [...READ_KEY, `${EVENTS}/condemn-replica`],
  'end-lease': [...READ_KEY, `${EVENTS}/end-lease`],
  'checked-command': [...READ_KEY, `${EVENTS}/checked-command`],
  'note-run': [...READ_KEY, `${EVENTS}/note-run`],
  'read-runs': [...READ_KEY, `${EVENTS}/read-runs`],
  'begin-run': [...TASK_STATE, `${EVENTS}/begin-run`],
  'pause-run': [...TASK_STATE, `${EVENTS}/pause-run`],
  'fence-run': [...TASK_STATE, `${EVENTS}/fence-run`],
  'read-state': [...TASK_STATE, `${EVENTS}/read-state`],
  'request-cancel': [...TASK_STATE, `${EVENTS}/request-cancel`],
  'answer-cancel': [...TASK_STATE, `${EVENTS}/answer-cancel`],
  'drop-cancel': [...TASK_STATE, `${EVENTS}/drop-cancel`],
  'save-config': [RIGHTS, 'push-config/src/scripts/save-config'],
  'load-configs': ['push-config/src/scripts/load-configs'],
  'delete-config': [RIGHTS, 'push-config/src/scripts/delete-config'],
  'mark-task': [...SCHEDULE, `${DELIVERY}/mark-task`],
  'settle-mark': [...SCHEDULE, `${DELIVERY}/settle-mark`],
  'claim-tasks': [...SCHEDULE, `${DELIVERY}/claim-tasks`],
  'count-due': [...SCHEDULE, `${DELIVERY}/count-due`],
  'enqueue-event': [...LANES, `${DELIVERY}/enqueue-event`],
  'take-deliveries': [...LANES, `${DELIVERY}/take-deliveries`],
  'finish-delivery': [...LANES, `${DELIVERY}/finish-delivery`],
  'requeue-letter': [...LANES, `${DELIVERY}/requeue-letter`],
  'switch-lane': [...LANES, `${DELIVERY}/switch-lane`],
  'give-up-chunks': [...LANES, `${DELIVERY}/give-up-chunks`],
  'read-lanes': [...LANES, `${DELIVERY}/read-lanes`],
  'note-letter': [RIGHTS, `${DELIVERY}/note-letter`],
  'list-letters': [`${DELIVERY}/list-letters`],
  'append-events': [...TASK_STATE, `${STREAMS}/append-events`, `${REDIS}/companion-alone`],
  'probe-ids': [`${STREAMS}/probe-ids`],
  'read-stream': [`${STREAMS}/read-stream`],
  'read-position': [...TASK_STATE, `${STREAMS}/read-position`],
  'enqueue-events': [RIGHTS, `${QUEUE}/enqueue-events`],
  'open-reader': [RIGHTS, `${QUEUE}/reader-field`, `${QUEUE}/create-group`, `${QUEUE}/open-reader`],
  'read-events': [
    RIGHTS,
    `${QUEUE}/group-clock`,
    `${QUEUE}/reader-field`,
    `${QUEUE}/create-group`,
    `${QUEUE}/read-events`,
  ],
  'renew-events': [RIGHTS, `${QUEUE}/group-clock`, `${QUEUE}/renew-events`],
  'give-back-events': [RIGHTS, `${QUEUE}/give-back-events`],
  'leave-queue': [RIGHTS, `${QUEUE}/reader-field`, `${QUEUE}/leave-queue`],
  'set-aside-event': [RIGHTS, `${QUEUE}/set-aside-event`],
  'retry-poison': [RIGHTS, `${QUEUE}/retry-poison`],
  'publish-events': [...TASK_STATE, `${PUBSUB}/scripts/publish-events`, `${REDIS}/companion-alone`],
  'announce-position': [...TASK_STATE, `${PUBSUB}/scripts/announce-position`],
  'count-subscribers': [RIGHTS, `${PUBSUB}/queue/scripts/count-subscribers`],
};

/** All of them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a record's own keys
export const SCRIPT_NAMES: readonly ScriptName[] = Object.keys(PARTS) as ScriptName[];

/** A script as its package ships it. */
export function scriptSource(name: ScriptName): string {
  return PARTS[name].map(shipped).join('\n');
}

function shipped(path: string): string {
  const module = luaModule(readFileSync(join(PACKAGES, `${path}.lua`), 'utf8'));
  const source: unknown = JSON.parse(module.slice('export default '.length, -';\n'.length));
  return String(source);
}

/** Whether a script says in its file that it never writes: servers run it as a call that only reads. */
export function onlyReads(name: ScriptName): boolean {
  return saysOnlyReads(readFileSync(join(PACKAGES, `${PARTS[name].at(-1) ?? ''}.lua`), 'utf8'));
}

/** What a server can do is not asked of the simulated one, of which that is said: see `SIMULATED_SUPPORT`. */
const NOT_ASKED: readonly string[] = [`${REDIS}/server-name`, `${REDIS}/server-support`];

/** Lua files of these packages that belong to none of the scripts above. */
export function filesWithoutScript(): readonly string[] {
  const known = new Set<string>([...Object.values(PARTS).flat(), ...NOT_ASKED]);
  return readdirSync(PACKAGES)
    .filter((name) => name !== 'json-task-store')
    .flatMap((name) => {
      const files = readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' });
      return files.map((file) => `${name}/src/${file}`);
    })
    .filter((file) => file.endsWith('.lua') && !known.has(file.slice(0, -'.lua'.length)));
}
