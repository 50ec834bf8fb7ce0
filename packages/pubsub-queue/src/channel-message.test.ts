import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { eventsMessage, parseMessage } from './channel-message.ts';

const body = fc.json().map((json) => `s${json}`);

describe('parseMessage', () => {
  it('reads what eventsMessage wrote', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[\w-]{1,30}$/),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.array(body, { minLength: 1 }),
        (publisher, firstCounter, bodies) => {
          const message = parseMessage(eventsMessage(publisher, firstCounter, bodies));
          expect(message).toEqual({ kind: 'events', publisher, firstCounter, bodies });
        },
      ),
    );
  });

  it('reads how many events were too long, and that the end follows', () => {
    const long = { kind: 'long', publisher: 'a-1', firstCounter: 3, count: 2, isEnd: false };
    expect(parseMessage('La-1 3 2')).toEqual(long);
    expect(parseMessage('La-1 3 2\nz')).toEqual({ ...long, isEnd: true });
  });

  it('reads positions and requests', () => {
    const counters = new Map([
      ['a-1', 3],
      ['b-1', 0],
    ]);
    const position = { kind: 'position', isOver: false, counters };
    expect(parseMessage('Plive\na-1 3\nb-1 0')).toEqual(position);
    expect(parseMessage('Pover\n')).toEqual({ ...position, isOver: true, counters: new Map() });
    expect(parseMessage('C')).toEqual({ kind: 'request' });
  });

  it.each([
    '',
    'X',
    'E',
    'Ea-1',
    'Ea-1 1',
    'Ea-1 0\ns',
    'E a\ns',
    'L',
    'La-1 1',
    'La-1 1 0',
    'La-1 0 1',
    'P',
    'Pno\n',
    'Plive\nx',
    '{"a":1}',
  ])('refuses %j', (message) => {
    expect(parseMessage(message)).toBeUndefined();
  });
});
