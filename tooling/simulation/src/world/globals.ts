import type { Simulation } from '../kernel/simulation.ts';
import { type History, textOfError } from './history.ts';

/** Names the process whose code runs, as no other of any simulation: the bundle has the SDK ask for it. */
declare global {
  var simulatedProcess: (() => string) | undefined;
}

/** The parts of a simulation that globals are about. */
interface Present {
  readonly simulation: Simulation;
  readonly history: History;
}

let present: Present | undefined;
let isInstalled = false;
let simulations = 0;

/** The clock of whoever runs; the real one outside of a simulation. */
function wallClock(): number {
  return present === undefined ? RealDate.now() : present.simulation.current.wallClock();
}

const RealDate = Date;
const SimulatedDate = new Proxy(RealDate, {
  construct: (target, args, newTarget): object =>
    Reflect.construct(target, args.length === 0 ? [wallClock()] : args, newTarget),
  get: (target, key, receiver): unknown =>
    key === 'now' ? wallClock : Reflect.get(target, key, receiver),
});

/**
 * Gives what is not ours the time and the chance of the simulation: the SDK reads the clock, makes ids
 * and writes to the console. Between two events of a simulation one process has this to itself, so
 * that it is always clear which replica asks.
 */
export function useSimulatedGlobals(simulation: Simulation, history: History): Disposable {
  install();
  present = { simulation, history };
  simulations += 1;
  return {
    [Symbol.dispose]: () => {
      present = undefined;
    },
  };
}

/** Once, since code may keep what it found. */
function install(): void {
  if (isInstalled) return;
  isInstalled = true;
  globalThis.Date = SimulatedDate;
  const realUuid = crypto.randomUUID.bind(crypto);
  crypto.randomUUID = () => present?.simulation.current.randomUUID() ?? realUuid();
  globalThis.simulatedProcess = () => `${simulations} ${present?.simulation.current.name ?? ''}`;
  for (const level of ['error', 'warn'] as const) {
    const real = console[level].bind(console);
    console[level] = (...args: unknown[]) => {
      if (present === undefined) real(...args);
      else present.history.trouble('logged', args.map(textOfError).join(' '));
    };
  }
  process.on('unhandledRejection', (reason) => {
    if (present === undefined) throw reason;
    present.history.trouble('unhandled', reason);
  });
}
