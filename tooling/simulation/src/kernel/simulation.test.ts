import { sleep } from '@a2a-redis/core/shared';
import { expect, it } from 'vitest';

import { Actor } from './actor.ts';
import { Random } from './random.ts';
import { Simulation } from './simulation.ts';

/** Actors that note what they do, and when. */
function start(seed = 'a seed'): {
  readonly simulation: Simulation;
  readonly actor: (name: string) => Actor;
  readonly notes: string[];
  readonly note: (what: string) => void;
} {
  const simulation = new Simulation(new Random(seed));
  const notes: string[] = [];
  return {
    simulation,
    actor: (name) => new Actor(name, simulation),
    notes,
    note: (what) => {
      notes.push(`${simulation.current.name} ${what} at ${Math.round(simulation.now)}`);
    },
  };
}

it('does what is planned in the order of its moments, and of the plans for one moment', async () => {
  const { simulation, actor, notes, note } = start();
  const [a, b] = [actor('a'), actor('b')];
  simulation.plan(a, 20, () => note('late'));
  simulation.plan(b, 10, () => note('first'));
  simulation.plan(a, 10, () => note('second'));
  simulation.plan(a, 5, () => note('never')).cancel();
  await simulation.run(15);
  expect(notes).toEqual(['b first at 10', 'a second at 10']);
  await simulation.run(30);
  expect(notes.at(-1)).toBe('a late at 20');
  expect(simulation.now).toBe(30);
});

it('lets all that was promised settle as the one whose event it was', async () => {
  const { simulation, actor, notes, note } = start();
  const [a, b] = [actor('a'), actor('b')];
  const work = async (): Promise<void> => {
    for (let count = 0; count < 3; count += 1) await Promise.resolve();
    note('worked');
    await sleep(a, 5);
    note('slept');
  };
  simulation.plan(a, 1, () => void work());
  simulation.plan(b, 1, () => note('next'));
  await simulation.run(100);
  expect(notes).toEqual(['a worked at 1', 'b next at 1', 'a slept at 6']);
});

it('keeps for later what a paused process would have done, and drops what a dead one would', async () => {
  const { simulation, actor, notes, note } = start();
  const [a, b] = [actor('a'), actor('b')];
  a.setTimer(() => note('timer'), 10);
  const canceled = a.setTimer(() => note('canceled'), 12);
  b.setTimer(() => note('timer'), 10);
  simulation.plan(simulation.outside, 5, () => {
    a.pause();
    b.kill();
  });
  simulation.plan(simulation.outside, 50, () => {
    canceled.cancel();
    a.resume();
  });
  await simulation.run(100);
  expect(notes).toEqual(['a timer at 50']);
  expect([a.timerCount, b.timerCount]).toEqual([0, 0]);
});

it('gives each process clocks of its own, which go fast or slow, and of which one can step', async () => {
  const { simulation, actor, notes, note } = start();
  const a = actor('a');
  const [before, wallBefore] = [a.now(), a.wallClock()];
  a.setClock({ rate: 2, aheadMs: 500 });
  expect(a.now()).toBe(before);
  expect(a.wallClock() - wallBefore).toBe(500);
  a.setTimer(() => note('timer'), 100);
  await simulation.run(80);
  expect(notes).toEqual(['a timer at 50']);
  expect(a.now() - before).toBe(160);
});

it('draws the same from the same seed, and other things for each part', () => {
  const draw = (random: Random): unknown => [
    random.fraction(),
    random.uuid(),
    random.bytes(4).toString('hex'),
  ];
  expect(draw(new Random('1').stream('x'))).toEqual(draw(new Random('1').stream('x')));
  expect(draw(new Random('1').stream('x'))).not.toEqual(draw(new Random('1').stream('y')));
  expect(draw(new Random('1'))).not.toEqual(draw(new Random('2')));
});

it('picks by weight', () => {
  const random = new Random('weights');
  const counts = { often: 0, seldom: 0, never: 0 };
  for (let count = 0; count < 1000; count += 1) {
    counts[random.weighted({ often: 9, seldom: 1, never: 0 })] += 1;
  }
  expect(counts.never).toBe(0);
  expect(counts.seldom).toBeGreaterThan(50);
  expect(counts.often).toBeGreaterThan(800);
});
