import type { StoredPushNotificationConfig } from '@a2a-js/sdk/server';
import { expect, it } from 'vitest';

import { placeOf } from '../../../../packages/push-delivery/src/delivery/delivery-keys.ts';
import type {
  WebhookAnswer,
  WebhookPoster,
} from '../../../../packages/push-delivery/src/posting/webhook-poster.ts';
import { Actor } from '../kernel/actor.ts';
import { Random } from '../kernel/random.ts';
import { Simulation } from '../kernel/simulation.ts';
import { Network } from '../network/network.ts';
import { ServerNode } from '../network/server-node.ts';
import { KEYS, LEASE_MS, startProcess } from './delivering-process.ts';

const LATENCY = { leastMs: 0.1, mostMs: 1, slowMs: 60, slowShare: 0.1 };
const TASKS = ['t1', 't2', 't3'].map((id) => placeOf({ tenant: 'acme', owner: 'ann' }, id));
const CONFIGS = ['a', 'b'];
const EVENTS = 20;
const WORKERS = 3;
const FAULTS = 30;
/** Until then processes are killed and paused; by the other moment, all must have arrived. */
const TROUBLE_MS = 20_000;
const LATEST_MS = 120_000;

/** A webhook that the receiver has accepted. */
interface Accepted {
  readonly lane: string;
  readonly id: string;
  readonly number: number;
}

/** What came of a run. */
interface Outcome {
  readonly accepted: readonly Accepted[];
  readonly errors: readonly unknown[];
  /** Keys with events that are left. */
  readonly left: readonly unknown[];
  readonly marks: unknown;
}

/** The receiver takes some time and fails now and then; what was sent may arrive after its process is gone. */
function posterOf(actor: Actor, simulation: Simulation, accepted: Accepted[]): WebhookPoster {
  const random = simulation.random.stream(`receiver of ${actor.name}`);
  return {
    post: async ({ body, headers, url }) =>
      new Promise<WebhookAnswer>((resolve) => {
        const [thereMs, backMs] = [random.spread(1, 300), random.spread(1, 300)];
        const status = random.chance(0.2) ? 503 : 204;
        simulation.plan(simulation.outside, thereMs, () => {
          const { taskId, number } = JSON.parse(body).statusUpdate.metadata;
          const lane = `${String(taskId)} ${url}`;
          if (status === 204) accepted.push({ lane, id: headers['webhook-id'] ?? '', number });
          simulation.plan(actor, backMs, () => {
            if (status === 204) resolve({ kind: 'delivered', status });
            else resolve({ kind: 'retry', status, reason: 'It is not ready.' });
          });
        });
      }),
    refusalOf: () => undefined,
    close: async () => {},
  };
}

async function run(seed: number): Promise<Outcome> {
  const random = new Random(`webhook queue ${seed}`);
  const simulation = new Simulation(random);
  const node = new ServerNode(simulation, new Actor('server', simulation));
  const network = new Network(simulation, node, LATENCY);
  const accepted: Accepted[] = [];
  const errors: unknown[] = [];
  const configs = new Map<string, StoredPushNotificationConfig>(
    CONFIGS.map((id) => [
      id,
      {
        config: {
          tenant: '',
          id,
          taskId: '',
          url: `https://${id}.example/`,
          token: '',
          authentication: undefined,
        },
        wireVersion: '1.0',
      },
    ]),
  );
  const onError = (error: unknown): void => void errors.push(error);
  let count = 0;
  const start = (work: (process: Awaited<ReturnType<typeof startProcess>>) => void): Actor => {
    count += 1;
    const actor = new Actor(`process ${count}`, simulation);
    const poster = posterOf(actor, simulation, accepted);
    simulation.plan(actor, 0, () => {
      startProcess(actor, { network, poster, configs, onError }).then(work).catch(onError);
    });
    return actor;
  };
  const startWorker = (): Actor => start(({ worker }) => worker.start());

  // It tells of some events twice, as who does not know whether they were kept.
  const publisher: Actor = start(({ queue }) => {
    const chance = random.stream('publisher');
    const publish = async (): Promise<void> => {
      for (let number = 1; number <= EVENTS; number += 1) {
        for (const task of TASKS) {
          const metadata = { taskId: task.taskId, number };
          const body = JSON.stringify({ statusUpdate: { metadata } });
          const event = { kind: 's', body, isEnd: number === EVENTS } as const;
          const told = { publisher: 'p', counter: number };
          for (let times = chance.chance(0.2) ? 2 : 1; times > 0; times -= 1) {
            await queue.enqueue(task, told, `p.${number}`, event, { ids: CONFIGS });
          }
        }
        await new Promise<void>((resolve) => {
          publisher.setTimer(resolve, chance.spread(1, 1000));
        });
      }
    };
    publish().catch(onError);
  });
  const workers = Array.from({ length: WORKERS }, startWorker);
  const faults = random.stream('faults');
  for (let fault = 0; fault < FAULTS; fault += 1) {
    const place = faults.integer(0, WORKERS - 1);
    const isKill = faults.chance(0.7);
    const forMs = faults.spread(LEASE_MS / 10, LEASE_MS * 3);
    simulation.planAt(simulation.outside, faults.between(0, TROUBLE_MS), () => {
      const actor = workers[place];
      if (actor === undefined) return;
      if (isKill) {
        actor.kill();
        network.drop(actor);
        workers[place] = startWorker();
      } else {
        actor.pause();
        simulation.plan(simulation.outside, forMs, () => actor.resume());
      }
    });
  }
  await simulation.run(LATEST_MS);
  return {
    accepted,
    errors,
    left: TASKS.map(({ name }) => node.redis.execute(['EXISTS', KEYS.lanes(name)[1]])),
    marks: node.redis.execute(['HLEN', KEYS.schedule[1]]),
  };
}

/** The first arrival of each webhook, in the order of arrivals. */
function firsts(accepted: readonly Accepted[], lane: string): readonly number[] {
  const seen = new Set<string>();
  return accepted.flatMap((each) => {
    if (each.lane !== lane || seen.has(each.id)) return [];
    seen.add(each.id);
    return [each.number];
  });
}

it('delivers each event at least once and in order, whoever is killed or paused', async () => {
  const all = Array.from({ length: EVENTS }, (_, index) => index + 1);
  let repeated = 0;
  for (let seed = 0; seed < 15; seed += 1) {
    const { accepted, errors, left, marks } = await run(seed);
    for (const { taskId } of TASKS) {
      for (const config of CONFIGS) {
        const lane = `${taskId} https://${config}.example/`;
        expect(firsts(accepted, lane), `seed ${seed}, ${lane}`).toEqual(all);
      }
    }
    repeated += accepted.length - new Set(accepted.map(({ id }) => id)).size;
    expect({ errors, left, marks }, `seed ${seed}`).toEqual({
      errors: [],
      left: [0, 0, 0],
      marks: 0,
    });
  }
  // Who is killed after a webhook arrived, and before that was noted, has it delivered once more.
  expect(repeated).toBeGreaterThan(0);
});
