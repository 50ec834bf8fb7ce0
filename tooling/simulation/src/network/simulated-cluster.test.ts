import { expect, it } from 'vitest';

import { Actor } from '../kernel/actor.ts';
import { Random } from '../kernel/random.ts';
import { Simulation } from '../kernel/simulation.ts';
import { Network } from './network.ts';
import { ServerNode } from './server-node.ts';
import { SHARDS, SimulatedCluster } from './simulated-cluster.ts';

const LATENCY = { leastMs: 1, mostMs: 2, slowMs: 2, slowShare: 0 };
/** Keys of the slots 15495, 3300 and 7365: of three primaries. */
const [A, B, C] = ['a', 'b', 'c'] as const;

interface Setup {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly actor: Actor;
  readonly cluster: SimulatedCluster;
  readonly notes: string[];
  /** Runs a script, and notes what came of it. */
  readonly run: (script: string, ...keys: string[]) => void;
}

async function connected(): Promise<Setup> {
  const simulation = new Simulation(new Random('a seed'));
  const node = new ServerNode(simulation, new Actor('server', simulation), true);
  const network = new Network(simulation, node, LATENCY);
  const actor = new Actor('a', simulation);
  const cluster = new SimulatedCluster(network, actor);
  const notes: string[] = [];
  const run = (script: string, ...keys: string[]): void => {
    cluster.eval(script, { keys }).then(
      (value) => notes.push(String(value)),
      (error: unknown) => notes.push(error instanceof Error ? error.message : ''),
    );
  };
  simulation.plan(actor, 0, () => void cluster.connect());
  await simulation.run(50);
  return { simulation, network, actor, cluster, notes, run };
}

it('refuses a script that touches two slots, whether or not it names both keys', async () => {
  const { simulation, actor, notes, run } = await connected();
  simulation.plan(actor, 0, () => {
    run("return redis.call('HINCRBY', KEYS[1], 'n', 1)", A);
    run("return redis.call('HINCRBY', KEYS[1], 'n', 1)", A, B);
    run("return redis.call('HINCRBY', 'b', 'n', 1)", A);
    run("redis.call('SPUBLISH', 'b', '') return 'sent'", A);
    run("return redis.call('HINCRBY', KEYS[2], 'n', 1)", '{a}1', '{a}2');
  });
  await simulation.run(100);
  expect(notes).toHaveLength(5);
  expect(notes.slice(0, 2)).toEqual(['1', "CROSSSLOT Keys in request don't hash to the same slot"]);
  for (const refusal of notes.slice(2, 4)) expect(refusal).toContain('non local key in a cluster');
  expect(notes[4]).toBe('1');
});

it('refuses it after a restart and a failover, too', async () => {
  const { simulation, network, actor, notes, run } = await connected();
  for (const begin of [() => network.node.restart(true), () => network.node.failOver()]) {
    begin();
    await simulation.run(simulation.now + 2000);
    simulation.plan(actor, 0, () => {
      run('return 1', A, B);
    });
    await simulation.run(simulation.now + 100);
  }
  expect(notes.map((note) => note.split(' ')[0])).toEqual(['CROSSSLOT', 'CROSSSLOT']);
});

it('has a connection to each primary, which break one by one', async () => {
  const { simulation, network, actor, notes, run } = await connected();
  expect(network.node.connections).toHaveLength(SHARDS);
  network.cutOne(actor, { losesRequests: true, noticedAfterMs: 0 });
  simulation.plan(actor, 1, () => {
    for (const key of [A, B, C]) run(`return '${key}'`, key);
  });
  await simulation.run(simulation.now + 20);
  expect(notes).toHaveLength(SHARDS - 1);
  await simulation.run(simulation.now + 500);
  expect(notes.toSorted()).toEqual([A, B, C]);
});

it('hears messages over a connection of the shard, as long as anybody listens', async () => {
  const { simulation, network, actor, cluster, notes, run } = await connected();
  const heard: string[] = [];
  const listener = (message: string): void => void heard.push(message);
  simulation.plan(actor, 0, () => void cluster.sSubscribe(A, listener));
  await simulation.run(simulation.now + 100);
  expect(network.node.connections).toHaveLength(SHARDS + 1);
  const serving = cluster.masters.map(
    ({ pubSub }) => pubSub?.client.getPubSubListeners('SHARDED').has(A) === true,
  );
  expect(serving.filter(Boolean)).toHaveLength(1);
  simulation.plan(actor, 0, () => {
    run("return redis.call('SPUBLISH', KEYS[1], 'x')", A);
  });
  await simulation.run(simulation.now + 100);
  expect([notes, heard]).toEqual([['1'], ['x']]);
  simulation.plan(actor, 0, () => void cluster.sUnsubscribe(A, listener));
  await simulation.run(simulation.now + 100);
  expect(network.node.connections).toHaveLength(SHARDS);
  expect(network.node.channels).toEqual([]);
});

it('keeps the connection for messages where another subscription is under way', async () => {
  const { simulation, network, actor, cluster } = await connected();
  const [one, other] = [(): void => {}, (): void => {}];
  simulation.plan(actor, 0, () => void cluster.sSubscribe('{a}1', one));
  await simulation.run(simulation.now + 100);
  simulation.plan(actor, 0, () => {
    void cluster.sUnsubscribe('{a}1', one);
    void cluster.sSubscribe('{a}2', other);
  });
  await simulation.run(simulation.now + 100);
  expect(network.node.channels).toEqual(['shard:{a}2']);
});

it('fails what is called once it is closed', async () => {
  const { simulation, actor, cluster, notes, run } = await connected();
  simulation.plan(actor, 0, () => {
    run('return 1', A);
    cluster.destroy();
    run('return 1', A);
  });
  await simulation.run(100);
  expect(notes).toHaveLength(2);
  expect(notes).not.toContain('1');
});
