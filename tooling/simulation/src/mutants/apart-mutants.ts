import { WHOLE_MANAGER, APART, DENSE_APART, type Mutant } from './mutant.ts';

const MANAGER = 'packages/core/src/queue-manager';

/** Where requests store what they hear, some steps after others have it. */
export const APART_MUTANTS: readonly Mutant[] = [
  {
    name: 'what requests leave behind is not stored',
    file: `${MANAGER}/execution/event-publisher.ts`,
    from: "if (outcome === 'accepted' || outcome === 'lost') this.#stored.accept(identified, body);",
    to: '',
    conditions: APART,
    survivesTests: WHOLE_MANAGER,
  },
  {
    name: 'an executor is given its task as the request loaded it',
    file: `${MANAGER}/manager/distributed-executor.ts`,
    from: 'return eventStore === undefined && stored !== undefined ? withTask(request, stored) : request;',
    to: 'return request;',
    conditions: DENSE_APART,
    survivesTests: WHOLE_MANAGER,
  },
  {
    name: 'what is made of a task is made of a record that is behind',
    file: `${MANAGER}/execution/recorded-task.ts`,
    from: 'if (trackingStore === undefined || eventStore !== undefined) return;',
    to: 'if (trackingStore !== undefined || eventStore !== undefined) return;',
    conditions: DENSE_APART,
  },
  {
    name: 'an end that is sent alone leaves the task open',
    file: `${MANAGER}/execution/event-sender.ts`,
    from: 'sending(await this.#sendable(batch), endsTask)',
    to: 'sending(await this.#sendable(batch), false && endsTask)',
    conditions: APART,
    survivesTests: WHOLE_MANAGER,
  },
  {
    name: 'a task is canceled though another run goes on',
    file: `${MANAGER}/failover/task-finisher.ts`,
    from: "const batch = { publisher: run, firstCounter: 1, bodies, mode: 'ei' as const };",
    to: "const batch = { publisher: run, firstCounter: 1, bodies, mode: 'e' as const };",
    conditions: APART,
    survivesTests: WHOLE_MANAGER,
  },
  {
    name: 'what was answered before the task is followed is not looked for',
    file: `${MANAGER}/bus/task-bus.ts`,
    from: `this.#following()
      .then(async () => this.check(0))
      .catch(this.#services.onError);`,
    to: '',
    conditions: APART,
    survivesTests: WHOLE_MANAGER,
  },
];
