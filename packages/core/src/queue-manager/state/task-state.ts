import { isRecord } from '../../shared/check-options.ts';
import { detailedError } from '../../shared/detailed-error.ts';
import type { A2ARedisError } from '../../shared/errors.ts';
import { arrayReply, textReply, textsReply } from '../../redis/reply.ts';
import { runCommand } from '../../redis/run-command.ts';
import { abbreviate, DAMAGE_REMOVED, type ScriptRunner } from '../../redis/script-runner.ts';
import { defineScript } from '../../redis/script.ts';
import type { PublishRoute } from '../../layout/publish-route.ts';
import { requireRightsSource } from '../../rights/require-rights.ts';
import { runCheckedCommand } from './checked-command.ts';
import { type QueueKeys, replicaOf, type TaskAddress } from './queue-keys.ts';
import answerCancelSource from '../scripts/answer-cancel.lua';
import beginRunSource from '../scripts/begin-run.lua';
import dropCancelSource from '../scripts/drop-cancel.lua';
import fenceRunSource from '../scripts/fence-run.lua';
import noteRunSource from '../scripts/note-run.lua';
import pauseRunSource from '../scripts/pause-run.lua';
import readRunsSource from '../scripts/read-runs.lua';
import readStateSource from '../scripts/read-state.lua';
import requestCancelSource from '../scripts/request-cancel.lua';
import readKeySource from '../scripts/read-key.lua';
import taskStateFunctions from '../scripts/task-state.lua';

const taskState = `${readKeySource}\n${taskStateFunctions}`;

/**
 * The Lua functions that know the fields of a task's state, for all scripts that read or change it. They follow
 * `requireRightsSource`.
 */
export const taskStateSource: string = taskState;

const readKey = `${requireRightsSource}\n${readKeySource}`;
const state = `${requireRightsSource}\n${taskState}`;

const noteRunScript = defineScript('note-run', `${readKey}\n${noteRunSource}`);
const readRunsScript = defineScript('read-runs', `${readKey}\n${readRunsSource}`, {
  writes: 'sometimes',
});
const beginRunScript = defineScript('begin-run', `${state}\n${beginRunSource}`);
const pauseRunScript = defineScript('pause-run', `${state}\n${pauseRunSource}`);
const fenceRunScript = defineScript('fence-run', `${state}\n${fenceRunSource}`);
const readStateScript = defineScript('read-state', `${state}\n${readStateSource}`, {
  writes: 'sometimes',
});
const requestCancelScript = defineScript('request-cancel', `${state}\n${requestCancelSource}`);
const answerCancelScript = defineScript('answer-cancel', `${state}\n${answerCancelSource}`);
const dropCancelScript = defineScript('drop-cancel', `${state}\n${dropCancelSource}`);

/** Of how many runs that wait for the task's user the counters are kept. */
const PAUSED_RUNS = 8;
/**
 * How long the note of a run stays at least, in seconds, a week: so long a task can be ended whose replica was the
 * last one, though what else is known of it is gone.
 */
const LEAST_NOTES_SECONDS = 604_800;
/** Tasks of a replica that are read at once. */
const RUNS_PER_READ = 100;

/** Why nothing of a run is accepted any more: others ended the run, or its task and all runs with it. */
export type FencedBy = 'fenced' | 'over';

/** Whether more of a task's events is to come. */
export interface RedisTaskState {
  /**
   * - `running`: some replica executes it.
   * - `open`: it waits for its user, or its end is under way; the events go on.
   * - `ended`: no more events come.
   * - `none`: nothing is known, as if it never ran or long ago.
   */
  readonly phase: 'running' | 'open' | 'ended' | 'none';
  /** What executes it. */
  readonly runs: readonly string[];
  /** The requests to cancel it, with their answers; empty where there is none yet. */
  readonly cancels: ReadonlyMap<string, string>;
  /** What the transport notes with the events that it sends, in words of its own. */
  readonly noted: ReadonlyMap<string, string>;
  /** How many events of each publisher there were. */
  readonly counters: ReadonlyMap<string, number>;
  /** Runs that another replica has ended. */
  readonly fenced: ReadonlySet<string>;
}

/**
 * Whether a run may begin: `void` where it was fenced before. Nobody takes it to have been then: its request
 * can be executed as another one.
 */
export type Beginning = 'begun' | 'void' | FencedBy;

/**
 * What a run was when it was fenced:
 *
 * - `active`: it went on.
 * - `fenced`: others ended it before.
 * - `settled`: it never began, or came to its own end.
 * - `unknown`: nothing is known of its task: it never began, or what was known is lost.
 */
export type FencedRun = 'active' | 'fenced' | 'settled' | 'unknown';

/** What is noted of a run where others look. */
export interface NotedTask {
  readonly task: TaskAddress;
  /** Empty where it is not known. */
  readonly contextId: string;
}

/** Who executes which task, and what was asked of them. */
export class RedisTaskStates {
  readonly #runner: ScriptRunner;
  readonly #keys: QueueKeys;
  readonly #route: PublishRoute;
  readonly #retentionSeconds: string;

  /**
   * @param route How messages reach the channel's subscribers.
   * @param retentionSeconds How long a task's state stays without any event.
   */
  constructor(
    runner: ScriptRunner,
    keys: QueueKeys,
    route: PublishRoute,
    retentionSeconds: number,
  ) {
    this.#runner = runner;
    this.#keys = keys;
    this.#route = route;
    this.#retentionSeconds = String(retentionSeconds);
  }

  /**
   * Notes a run where others look when its replica is gone, before it begins.
   *
   * @param contextId The context of the task, empty where it is not known: a task that nobody stored can be
   *   ended all the same.
   * @returns Whether others look there: not where they took the replica to be gone.
   * @throws {A2ARedisError} `SERVER_UNSUPPORTED` where its events could not be sent on this server: it must not begin.
   */
  async note(task: TaskAddress, run: string, contextId: string): Promise<boolean> {
    await this.#route.find();
    const { tenant, owner } = task.scope;
    const text = JSON.stringify({ tenant, owner, taskId: task.taskId, contextId });
    const replica = replicaOf(run);
    const notes = [this.#keys.runs(replica), this.#keys.sealed(replica)];
    const note = [run, text, String(notesSeconds(Number(this.#retentionSeconds)))];
    return Number(await this.#runner.run(noteRunScript, notes, note)) === 1;
  }

  /**
   * Enters a run at its task. Whether it may go on, or why not.
   *
   * @param isFollowUp Whether the task was begun before: where nobody is known to execute it, whoever does is asked to
   *   say so again.
   */
  async begin(task: TaskAddress, run: string, isFollowUp = false): Promise<Beginning> {
    const args = [run, this.#retentionSeconds];
    if (isFollowUp) args.push(task.channel, await this.#route.find());
    return beginningOf(Number(await this.#runner.run(beginRunScript, [task.state], args)));
  }

  /** Ends a run and leaves its task open, which waits for its user. Its note stays: see {@link forget}. */
  async pause(task: TaskAddress, run: string): Promise<void> {
    const args = [run, this.#retentionSeconds, String(PAUSED_RUNS)];
    await this.#runner.run(pauseRunScript, [task.state], args);
  }

  /**
   * Removes what {@link note} noted where others look; the task's own state is left alone.
   *
   * @param replica The replica on whose list it is, where its name may not tell.
   * @returns Whether it was there.
   */
  async forget(run: string, replica: string = replicaOf(run)): Promise<boolean> {
    const notes = this.#keys.runs(replica);
    return Number(await runCheckedCommand(this.#runner, 'HDEL', notes, [run])) === 1;
  }

  /** Removes a note that is damaged from the list of a replica. What is told of it. */
  async forgetDamaged(replica: string, run: string): Promise<A2ARedisError> {
    await this.forget(run, replica);
    return damagedNote(this.#keys.runs(replica), run);
  }

  /**
   * Has the list of a replica's runs take no more: who is gone, or comes back late, begins none. So whoever finds
   * it empty afterwards has seen all of them. That is kept for longer than any call can be under way.
   */
  async seal(replica: string): Promise<void> {
    const value = ['', 'EX', this.#retentionSeconds];
    await runCommand(this.#runner, 'SET', this.#keys.sealed(replica), value);
  }

  /** How many runs of a replica are noted. */
  async count(replica: string): Promise<number> {
    return Number(await runCheckedCommand(this.#runner, 'HLEN', this.#keys.runs(replica)));
  }

  /** The runs of a replica that are noted. */
  async noted(replica: string): Promise<ReadonlySet<string>> {
    const reply = await runCheckedCommand(this.#runner, 'HKEYS', this.#keys.runs(replica));
    return new Set(textsReply(reply));
  }

  /** Some of the runs of a replica, with their tasks; `undefined` for one whose note is damaged. */
  async of(replica: string): Promise<ReadonlyMap<string, NotedTask | undefined>> {
    for await (const some of this.pages(replica)) return some;
    return new Map();
  }

  /** All runs of a replica that are noted when it begins, some at once; see {@link of}. */
  async *pages(replica: string): AsyncGenerator<ReadonlyMap<string, NotedTask | undefined>> {
    const keys = [this.#keys.runs(replica)];
    let cursor = '0';
    do {
      const reply = await this.#runner.run(readRunsScript, keys, [cursor, String(RUNS_PER_READ)]);
      const notes = textsReply(reply);
      cursor = notes.at(-1) ?? '0';
      const runs = new Map<string, NotedTask | undefined>();
      for (const [run, note] of pairs(notes.slice(0, -1))) {
        runs.set(run, isRunOf(replica, run) ? this.#parseNote(note) : undefined);
      }
      if (runs.size > 0) yield runs;
    } while (cursor !== '0');
  }

  /** After how long a run that goes on is to be entered again, in milliseconds. */
  get renewAfterMs(): number {
    return (Number(this.#retentionSeconds) * 1000) / 3;
  }

  /** Ends a run for good: it can publish nothing more, nor begin. What it was until then. */
  async fence(task: TaskAddress, run: string): Promise<FencedRun> {
    const args = [run, task.channel, await this.#route.find(), this.#retentionSeconds];
    return FENCED[Number(await this.#runner.run(fenceRunScript, [task.state], args))] ?? 'settled';
  }

  async state(task: TaskAddress): Promise<RedisTaskState> {
    return this.#read(task, []);
  }

  /** As {@link state}; where nothing is known, whoever executes the task is asked to say so again. */
  async askedState(task: TaskAddress): Promise<RedisTaskState> {
    return this.#read(task, [task.channel, await this.#route.find()]);
  }

  async #read(task: TaskAddress, args: readonly string[]): Promise<RedisTaskState> {
    const reply = await this.#runner.run(readStateScript, [task.state], args);
    const all = arrayReply(readStateScript.name, reply);
    const [phase, noted, runs, cancels, counters, fenced] = all;
    return {
      phase: phaseOf(textReply(phase)),
      noted: pairs(textsReply(noted)),
      runs: textsReply(runs),
      cancels: pairs(textsReply(cancels)),
      counters: new Map([...pairs(textsReply(counters))].map(([run, text]) => [run, Number(text)])),
      fenced: new Set(textsReply(fenced)),
    };
  }

  /** Asks those that execute a task to cancel it; names their runs. */
  async requestCancel(task: TaskAddress, request: string): Promise<readonly string[]> {
    const args = [request, task.channel, await this.#route.find()];
    return textsReply(await this.#runner.run(requestCancelScript, [task.state], args));
  }

  async answerCancel(task: TaskAddress, request: string, answer: string): Promise<void> {
    const args = [request, answer, task.channel, await this.#route.find()];
    await this.#runner.run(answerCancelScript, [task.state], args);
  }

  async dropCancel(task: TaskAddress, request: string): Promise<void> {
    await this.#runner.run(dropCancelScript, [task.state], [request]);
  }

  #parseNote(text: string): NotedTask | undefined {
    const note = parseJson(text);
    if (!isRecord(note)) return undefined;
    const { tenant, owner, taskId, contextId = '' } = note;
    if (typeof tenant !== 'string' || typeof owner !== 'string' || typeof taskId !== 'string') {
      return undefined;
    }
    const task = this.#keys.task({ tenant, owner }, taskId);
    return { task, contextId: typeof contextId === 'string' ? contextId : '' };
  }
}

/** Whether a replica may have given a run its name. */
function isRunOf(replica: string, run: string): boolean {
  return replicaOf(run) === replica && /^[\w-]+$/.test(run);
}

function damagedNote(key: string, run: string): A2ARedisError {
  return detailedError('CORRUPT_RECORD', DAMAGE_REMOVED, {
    detail: `Key ${abbreviate(key)} held what nothing here wrote, the note of run ${abbreviate(run)}: that was removed.`,
  });
}

/** How long notes of runs stay, where what is known of a task stays for so long, in seconds. */
export function notesSeconds(retentionSeconds: number): number {
  return Math.max(retentionSeconds, LEAST_NOTES_SECONDS);
}

/** What fence-run.lua answers. */
const FENCED: readonly FencedRun[] = ['settled', 'active', 'fenced', 'unknown'];

/** What begin-run.lua answers. */
function beginningOf(reply: number): Beginning {
  switch (reply) {
    case 1:
      return 'begun';
    case 2:
      return 'over';
    case 3:
      return 'void';
    default:
      return 'fenced';
  }
}

/**
 * Whether no more events of a task come: it has ended, or nothing is known of it. That proves nothing by itself: see
 * `knownState`.
 */
export function isTaskOver({ phase }: Pick<RedisTaskState, 'phase'>): boolean {
  return phase === 'ended' || phase === 'none';
}

/**
 * Whether Redis has less of a run than it had accepted. That it has nothing proves nothing: what is known of a
 * run is given up in time.
 *
 * @param counter How many events of the run it had accepted.
 */
export function isBehind(
  { counters }: Pick<RedisTaskState, 'counters'>,
  run: string,
  counter: number,
): boolean {
  return (counters.get(run) ?? counter) < counter;
}

function phaseOf(text: string): RedisTaskState['phase'] {
  return text === 'running' || text === 'open' || text === 'ended' ? text : 'none';
}

/** A list of names and values in turn. */
function pairs(texts: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (let index = 0; index < texts.length; index += 2) {
    map.set(texts[index] ?? '', texts[index + 1] ?? '');
  }
  return map;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
