import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseScopeMember, scopeMember } from './scope-registry.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
  fc.constantFrom('', ':', '{}', '["a","b"]', '\n\u0000\u2028', '😀', 'x'.repeat(10_000)),
);

describe('a scope as it is noted', () => {
  it('is had back exactly, whatever its characters', () => {
    fc.assert(
      fc.property(text, text, (tenant, owner) => {
        expect(parseScopeMember(scopeMember({ tenant, owner }))).toEqual({ tenant, owner });
      }),
    );
  });

  it('is another text for another scope', () => {
    fc.assert(
      fc.property(text, text, text, text, (tenant, owner, otherTenant, otherOwner) => {
        const same = tenant === otherTenant && owner === otherOwner;
        const members = [
          scopeMember({ tenant, owner }),
          scopeMember({ tenant: otherTenant, owner: otherOwner }),
        ];
        expect(members[0] === members[1]).toBe(same);
      }),
    );
  });

  it.each(['', 'acme:ann', '{}', '[]', '["a"]', '["a",1]', '["a","b","c"]', '["a","b"'])(
    'is not %s',
    (member) => {
      expect(parseScopeMember(member)).toBeUndefined();
    },
  );
});
