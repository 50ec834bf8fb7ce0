import type { EventId } from './event-id.ts';

/** Which event a value brings that need not say so itself. */
export interface Brought {
  readonly eventId: EventId;
}

/** A constructor whose instance is the object that it is given. */
// oxlint-disable-next-line typescript/no-extraneous-class -- what it constructs is what counts
class Given {
  constructor(value: object) {
    return value;
  }
}

/**
 * A private field of objects that are not its own: nobody else can see it, and no copy has it. A `WeakMap` would do
 * as well, but each of its entries is work for the garbage collector, and a request may be far behind.
 */
class Note extends Given {
  #brought: Brought;

  constructor(value: object, brought: Brought) {
    super(value);
    this.#brought = brought;
  }

  static set(value: object, brought: Brought): void {
    if (#brought in value) value.#brought = brought;
    else void new Note(value, brought);
  }

  static get(value: object): Brought | undefined {
    return #brought in value ? value.#brought : undefined;
  }
}

/** Notes which event a value brings. */
export function noteBroughtBy(value: object, brought: Brought): void {
  Note.set(value, brought);
}

/** Which event a value brings, as it was noted; `undefined` where it was not. */
export function eventIdBroughtBy(value: object): EventId | undefined {
  return Note.get(value)?.eventId;
}
