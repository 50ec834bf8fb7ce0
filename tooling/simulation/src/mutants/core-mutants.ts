import { CALM, CUT_OFF, KILL, RESTART, type Mutant } from './mutant.ts';

const CORE = 'packages/core/src';
const EVENTS = `${CORE}/events`;

/** Faults of runs, of what joins them, and of the store. */
export const CORE_MUTANTS: readonly Mutant[] = [
  {
    name: 'a run is entered at its task before it is noted where others look',
    file: `${EVENTS}/task-runs.ts`,
    from: `    await this.#runner.run(noteRunScript, [this.#notes(run)], [run, note]);
    const args = [run, this.#retentionSeconds];
    return Number(await this.#runner.run(beginRunScript, [task.state], args)) === 1;`,
    to: `    const args = [run, this.#retentionSeconds];
    const mayRun = Number(await this.#runner.run(beginRunScript, [task.state], args)) === 1;
    await this.#runner.run(noteRunScript, [this.#notes(run)], [run, note]);
    return mayRun;`,
    profiles: KILL,
  },
  {
    name: 'a run is not noted where others look',
    file: `${EVENTS}/task-runs.ts`,
    from: 'await this.#runner.run(noteRunScript, [this.#notes(run)], [run, note]);',
    to: 'void note;',
    profiles: KILL,
  },
  {
    name: 'nobody is taken to be gone',
    file: `${EVENTS}/replica-lease.ts`,
    from: 'if (leftMs <= 0) expired.push(replica);',
    to: '',
    profiles: KILL,
  },
  {
    name: 'the end of a lost run is not sent',
    file: `${EVENTS}/task-ender.ts`,
    from: 'if (bodies.length > 0) {',
    to: 'if (bodies.length > 99) {',
    profiles: KILL,
  },
  {
    name: 'a subscriber gets what its snapshot holds',
    file: `${EVENTS}/joined-bus.ts`,
    from: 'if (this.#applied?.has(mark) !== true) this.#give(event);',
    to: 'this.#give(event);',
    profiles: CALM,
  },
  {
    name: 'a subscriber does not get what came in before its snapshot',
    file: `${EVENTS}/joined-bus.ts`,
    from: 'for (const event of held) this.#take(event);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'webhooks are told by every request',
    file: `${EVENTS}/distributed-sender.ts`,
    from: 'if (!this.#isOwn(mark.publisher) || this.#sent.has(text)) return false;',
    to: '',
    profiles: CALM,
  },
  {
    name: 'webhooks overtake one another',
    file: `${EVENTS}/distributed-sender.ts`,
    from: 'const sending = earlier.then(async () => this.#sender.send(response, context, task));',
    to: 'const sending = this.#sender.send(response, context, task);',
    profiles: CALM,
  },
  {
    name: 'a request to cancel is not heard elsewhere',
    file: `${EVENTS}/cancel-requests.ts`,
    from: 'void this.#handle(request, this.#handler);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'a store applies an event as often as it hears it',
    file: `${CORE}/tasks/apply-event.ts`,
    from: 'if (ledger.has(event.mark)) return withMessages(base, mine, theirs);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'a run that ended stays noted',
    file: `${EVENTS}/run-registration.ts`,
    from: 'await this.#services.runs.forget(this.#run);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'a run that was paused stays noted',
    file: `${EVENTS}/task-runs.ts`,
    from: 'await this.forget(run);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'pause-run.lua leaves the run entered',
    file: `${EVENTS}/scripts/pause-run.lua`,
    from: "if redis.call('HDEL', state, 'r:' .. run) == 0 then return 0 end",
    to: "if redis.call('HEXISTS', state, 'r:' .. run) == 0 then return 0 end",
    profiles: CALM,
  },
  {
    name: 'a channel that nobody listens to stays subscribed',
    file: `${EVENTS}/channel-hub.ts`,
    from: 'void this.#unsubscribe(name, channel);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'a subscriber gets an event that is ahead in the log once more',
    file: `${EVENTS}/joined-bus.ts`,
    from: 'this.#applied = (this.#applied ?? AppliedEvents.NONE).with(event.mark);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'every replica that ends a lost run tells webhooks',
    file: `${EVENTS}/task-ender.ts`,
    from: 'if (isFirst && terminal !== undefined)',
    to: 'if (terminal !== undefined)',
    profiles: KILL,
  },
  {
    name: 'a script is not sent again after a lost connection',
    file: `${CORE}/redis/script-runner.ts`,
    from: 'if (runtime.now() + pauseMs >= endsAt) {',
    to: 'if (attempt > 0) {',
    profiles: RESTART,
  },
  {
    name: 'index-task.lua leaves out the list of all tasks',
    file: `${CORE}/tasks/scripts/index-task.lua`,
    from: 'for i = 1, 4 do',
    to: 'for i = 2, 4 do',
    profiles: CALM,
  },
  {
    name: 'all users share one index',
    file: `${CORE}/tasks/task-keys.ts`,
    from: `return new IndexKeys(\`\${this.#prefix}{\${scopeSegment(scope)}}\`);`,
    to: `return new IndexKeys(\`\${this.#prefix}{:}\`);`,
    profiles: CALM,
  },
  {
    name: 'a run does not wait for the one before it',
    file: `${EVENTS}/task-run.ts`,
    from: 'beforeFirst: async () => settled,',
    to: '',
    profiles: CUT_OFF,
  },
  {
    name: 'a run goes on where its task waits for its user',
    file: `${EVENTS}/task-bus.ts`,
    from: 'if (!this.#isOver && !this.isExecuting) void this.#pause();',
    to: '',
    profiles: CALM,
  },
  {
    name: 'listeners get what this process published once more',
    file: `${EVENTS}/task-bus.ts`,
    from: 'if (isOwn) return;',
    to: '',
    profiles: CALM,
  },
  {
    name: 'webhooks are told by every request on the replica that published',
    file: `${EVENTS}/distributed-sender.ts`,
    from: 'this.#sent.set(text, true);',
    to: '',
    profiles: CALM,
  },
  {
    name: 'events are not sent to other replicas',
    file: `${EVENTS}/event-publisher.ts`,
    from: 'this.#outbox.push(mark.counter, body);',
    to: '',
    profiles: CALM,
  },
];
