import type { MarkedEvent } from './marked-event.ts';

/** Who hears the events of a bus beside its own listeners. */
export interface BusGuest {
  readonly onEvent: (event: MarkedEvent) => void;
  readonly onLoss: (error: unknown) => void;
  readonly onFinished: () => void;
  /** This process hears no more of the task, which may go on elsewhere. */
  readonly onClosed: (error: unknown) => void;
}
