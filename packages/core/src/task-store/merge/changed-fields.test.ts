import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { equalHeader } from '../model/a2a-values.ts';
import type { ArtifactHeader } from '../model/a2a-values.ts';
import { changedFields, changedKeys, withFields, withKeys } from './changed-fields.ts';
import { equalJson } from '../model/json-value.ts';

const metadata = fc.option(
  fc.dictionary(fc.constantFrom('a', 'b', '__proto__', ''), fc.constantFrom(1, 2, null), {
    minKeys: 1,
    noNullPrototype: true,
  }),
  { nil: undefined },
);
const header: fc.Arbitrary<ArtifactHeader> = fc.record({
  artifactId: fc.constant('a'),
  name: fc.constantFrom('', 'x', 'y'),
  description: fc.constantFrom('', 'x'),
  metadata,
  extensions: fc.constantFrom<string[]>([], ['urn:x']),
});

describe('changed fields', () => {
  it('taken from the other make the other', () => {
    fc.assert(
      fc.property(header, header, (from, to) => {
        const made = withFields(from, to, changedFields(from, to));
        const nothing = (value: ArtifactHeader): ArtifactHeader => ({
          ...value,
          metadata: value.metadata ?? {},
        });
        expect(equalHeader(nothing(made), nothing(to))).toBe(true);
        expect(changedFields(made, to)).toEqual([]);
      }),
    );
  });

  it('of metadata are its keys', () => {
    fc.assert(
      fc.property(metadata, metadata, (from, to) => {
        const made = withKeys(from, to, changedKeys(from, to));
        expect(equalJson(made ?? {}, to ?? {})).toBe(true);
      }),
    );
  });

  it('are those that say something, where there was nothing', () => {
    const to = { artifactId: 'a', name: 'x', description: '', extensions: [], metadata: { k: 1 } };
    expect(changedFields(undefined, to)).toEqual(['name', 'metadata.k']);
  });

  it('that are not named stay', () => {
    expect(
      withKeys({ a: 1, b: 1 }, { a: 2, c: 2 }, ['status', 'metadata.a', 'metadata.b']),
    ).toEqual({ a: 2 });
    expect(withKeys(undefined, { a: 1 }, ['status'])).toBeUndefined();
  });
});
