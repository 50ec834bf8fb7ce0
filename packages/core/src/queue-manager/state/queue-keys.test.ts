import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { QueueKeys, replicaOf, runName } from './queue-keys.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(':', '{', '}', '*', '%', '~', 'a', '\n') }),
);
const keys = new QueueKeys('agent:');

describe('QueueKeys', () => {
  it('never gives two tasks a key in common', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text, text), { minLength: 2, maxLength: 2 }), (both) => {
        const [a, b] = both.map(([tenant, owner, taskId]) =>
          Object.values(keys.task({ tenant, owner }, taskId)).filter(
            (value) => typeof value === 'string' && value.startsWith('agent:'),
          ),
        );
        const same = JSON.stringify(both[0]) === JSON.stringify(both[1]);
        expect(a?.some((key) => b?.includes(key))).toBe(same);
      }),
    );
  });

  it('puts all keys of a task into one hash slot', () => {
    const { state, log, channel } = keys.task({ tenant: 'acme', owner: 'ann' }, 't{1}');
    expect([state, log, channel]).toEqual([
      'agent:{acme:ann:t%7B1%7D}:state',
      'agent:{acme:ann:t%7B1%7D}:log',
      'agent:{acme:ann:t%7B1%7D}:events',
    ]);
  });

  it('names runs after their replica', () => {
    expect(keys.runs('0a1b')).toBe('agent:{run:0a1b}');
    expect(runName('0a1b', 37)).toBe('0a1b-11');
    expect(replicaOf(runName('0a1b', 37))).toBe('0a1b');
  });
});
