import { expect, it } from 'vitest';

import { Actor } from '../kernel/actor.ts';
import { Random } from '../kernel/random.ts';
import { Simulation } from '../kernel/simulation.ts';
import { Network } from './network.ts';
import { ServerNode } from './server-node.ts';
import { SimulatedClient } from './simulated-client.ts';

const LATENCY = { leastMs: 1, mostMs: 2, slowMs: 2, slowShare: 0 };
const COUNT = "return redis.call('HINCRBY', KEYS[1], ARGV[1], 1)";

interface Setup {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly actor: Actor;
  readonly client: SimulatedClient;
  readonly notes: string[];
  /** Calls a script that counts, and notes what came of it. */
  readonly count: (name: string, client?: SimulatedClient) => void;
  readonly counted: (name: string) => unknown;
}

async function connected(seed = 'a seed'): Promise<Setup> {
  const simulation = new Simulation(new Random(seed));
  const node = new ServerNode(simulation, new Actor('server', simulation));
  const network = new Network(simulation, node, LATENCY);
  const actor = new Actor('a', simulation);
  const client = new SimulatedClient(network, actor);
  const notes: string[] = [];
  simulation.plan(actor, 0, () => void client.connect());
  await simulation.run(50);
  return {
    simulation,
    network,
    actor,
    client,
    notes,
    count: (name, by = client) => {
      by.eval(COUNT, { keys: ['k'], arguments: [name] }).then(
        (value) => notes.push(`${name}: ${String(value)}`),
        (error: unknown) =>
          notes.push(`${name}: ${error instanceof Error ? error.constructor.name : ''}`),
      );
    },
    counted: (name) => node.redis.execute(['HGET', 'k', name]),
  };
}

it('gets replies in the order of its calls', async () => {
  const { simulation, actor, client, notes, count } = await connected();
  simulation.plan(actor, 0, () => {
    for (const name of ['x', 'x', 'y']) count(name);
  });
  await simulation.run(100);
  expect(client.isReady).toBe(true);
  expect(notes).toEqual(['x: 1', 'x: 2', 'y: 1']);
});

it('fails what was written when the connection breaks, whether or not the server did it', async () => {
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 30; seed += 1) {
    const { simulation, network, actor, notes, count, counted } = await connected(`seed ${seed}`);
    simulation.plan(actor, 0, () => count('x'));
    simulation.plan(simulation.outside, (seed % 5) * 0.7, () => {
      network.cut(actor, { losesRequests: false, noticedAfterMs: 0 });
    });
    await simulation.run(60);
    outcomes.add(`${notes.join()} ${String(counted('x'))}`);
  }
  expect([...outcomes].toSorted((one, other) => one.localeCompare(other))).toEqual([
    'x: 1 1',
    'x: SocketClosedUnexpectedlyError 1',
    'x: SocketClosedUnexpectedlyError null',
  ]);
});

it('keeps what is not written for the next connection, up to its timeout', async () => {
  const { simulation, network, actor, notes, count } = await connected();
  simulation.plan(simulation.outside, 0, () => {
    network.cutOff(actor, { losesRequests: true, noticedAfterMs: 0 }, 6000);
  });
  simulation.plan(actor, 10, () => count('early'));
  simulation.plan(actor, 4000, () => count('late'));
  await simulation.run(20_000);
  expect(notes).toEqual(['early: TimeoutError', 'late: 1']);
});

it('subscribes again before it is ready, and tells nothing of what it missed', async () => {
  const { simulation, network, actor, client, notes } = await connected();
  const { node } = network;
  const publish = (text: string): void => void node.redis.execute(['PUBLISH', 'c', text]);
  simulation.plan(actor, 0, () => {
    void client.subscribe('c', (message) => notes.push(message));
    client.on('ready', () => notes.push('ready'));
  });
  await simulation.run(100);
  publish('first');
  await simulation.run(200);
  network.cut(actor, { losesRequests: true, noticedAfterMs: 0 });
  publish('missed');
  const reachesReady = simulation.now + 5000;
  await simulation.run(reachesReady);
  publish('last');
  await simulation.run(reachesReady + 100);
  expect(notes).toEqual(['first', 'ready', 'last']);
  expect(node.channels).toEqual(['channel:c']);
});

it('ends its subscription with the last listener of a channel', async () => {
  const { simulation, network, actor, client, notes } = await connected();
  const [one, other] = [
    (message: string) => notes.push(`one ${message}`),
    (message: string) => notes.push(`other ${message}`),
  ];
  simulation.plan(actor, 0, () => {
    void client.sSubscribe('c', one);
    void client.sSubscribe('c', other);
  });
  await simulation.run(100);
  expect(network.node.channels).toEqual(['shard:c']);
  network.node.redis.execute(['SPUBLISH', 'c', '1']);
  await simulation.run(200);
  simulation.plan(actor, 0, () => void client.sUnsubscribe('c', one));
  await simulation.run(300);
  network.node.redis.execute(['SPUBLISH', 'c', '2']);
  simulation.plan(actor, 50, () => void client.sUnsubscribe('c', other));
  await simulation.run(500);
  expect(notes).toEqual(['one 1', 'other 1', 'other 2']);
  expect(network.node.channels).toEqual([]);
});

it('gives up a connection through which nothing comes', async () => {
  const { simulation, network, actor, client, notes, count } = await connected();
  client.on('error', (error) => notes.push(error.constructor.name));
  simulation.plan(actor, 0, () => {
    network.stall(actor, 'replies', 300_000);
    count('x');
  });
  await simulation.run(60_000);
  expect(notes).toEqual(['SocketTimeoutError', 'x: SocketTimeoutError']);
  expect(client.isReady).toBe(true);
});

it('fails all that waits when it is destroyed', async () => {
  const { simulation, actor, client, notes, count } = await connected();
  simulation.plan(actor, 0, () => {
    count('x');
    client.destroy();
    count('y');
  });
  await simulation.run(100);
  expect(new Set(notes)).toEqual(new Set(['x: DisconnectsClientError', 'y: ClientClosedError']));
});

it('loses with a failover what the replica did not get', async () => {
  const { simulation, network, actor, notes, count, counted } = await connected();
  const { node } = network;
  simulation.plan(actor, 0, () => count('kept'));
  await simulation.run(100);
  node.lag(1000);
  simulation.plan(actor, 0, () => count('lost'));
  await simulation.run(200);
  expect(node.failOver()).toEqual([['HINCRBY', 'k', 'lost', '1']]);
  await simulation.run(3000);
  expect(notes).toEqual(['kept: 1', 'lost: 1']);
  expect([counted('kept'), counted('lost')]).toEqual(['1', null]);
});
