import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';

import { METADATA_ADDRESSES, SPECIAL_IPV4, SPECIAL_IPV6 } from '../../test/special-purpose.ts';
import { type AddressKind, addressKind, embeddedIPv4, isWithin } from './address-kind.ts';

/** Any address of a range. */
function addressIn(range: string): fc.Arbitrary<ipaddr.IPv4 | ipaddr.IPv6> {
  const [start, bits] = ipaddr.parseCIDR(range);
  const bytes = start.toByteArray();
  return fc.uint8Array({ minLength: bytes.length, maxLength: bytes.length }).map((random) =>
    ipaddr.fromByteArray(
      bytes.map((byte, index) => {
        const fixed = Math.min(8, Math.max(0, bits - index * 8));
        const mask = 0xff >> fixed;
        return (byte & ~mask) | ((random[index] ?? 0) & mask);
      }),
    ),
  );
}

test.each([...SPECIAL_IPV4, ...SPECIAL_IPV6])('no address of %s is public', (range) => {
  fc.assert(
    fc.property(addressIn(range), (address) => {
      expect(isWithin(address, ipaddr.parseCIDR(range))).toBe(true);
      expect(addressKind(address)).not.toBe('public');
    }),
  );
});

test.each(METADATA_ADDRESSES)('%s, where clouds keep metadata, is not public', (address) => {
  expect(addressKind(ipaddr.parse(address))).not.toBe('public');
});

test('no IPv6 address outside of 2000::/3 is public', () => {
  fc.assert(
    fc.property(addressIn('::/0'), (address) => {
      fc.pre(!isWithin(address, ipaddr.parseCIDR('2000::/3')));
      expect(addressKind(address)).not.toBe('public');
    }),
  );
});

test('every address outside of the registries is public', () => {
  const special = [...SPECIAL_IPV4, ...SPECIAL_IPV6, '168.63.129.16/32'].map((range) =>
    ipaddr.parseCIDR(range),
  );
  const any = fc.oneof(addressIn('0.0.0.0/0'), addressIn('2000::/3'));
  fc.assert(
    fc.property(any, (address) => {
      fc.pre(!special.some((range) => isWithin(address, range)));
      expect(addressKind(address)).toBe('public');
    }),
    { numRuns: 2_000 },
  );
});

const KINDS: readonly (readonly [string, AddressKind])[] = [
  ['93.184.216.34', 'public'],
  ['2606:2800:220:1:248:1893:25c8:1946', 'public'],
  ['10.0.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['fd00::1', 'private'],
  ['127.255.0.1', 'loopback'],
  ['::1', 'loopback'],
  ['169.254.169.254', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['100.64.0.1', 'shared'],
  ['239.1.1.1', 'multicast'],
  ['255.255.255.255', 'multicast'],
  ['0.0.0.0', 'unspecified'],
  ['::', 'unspecified'],
  ['::ffff:93.184.216.34', 'translated'],
  ['64:ff9b::10.0.0.1', 'translated'],
  ['2002:a00:1::', 'translated'],
  ['2001:0:1::', 'translated'],
  ['168.63.129.16', 'metadata'],
  ['168.63.129.17', 'public'],
  ['::a00:1', 'reserved'],
  ['4000::1', 'reserved'],
];

test.each(KINDS)('%s is %s', (address, kind) => {
  expect(addressKind(ipaddr.parse(address))).toBe(kind);
});

describe('the IPv4 address in an IPv6 address', () => {
  test.each([
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['64:ff9b::10.1.2.3', '10.1.2.3'],
    ['2002:a01:203::1', '10.1.2.3'],
  ])('of %s is %s', (address, embedded) => {
    expect(embeddedIPv4(ipaddr.parse(address))?.toString()).toBe(embedded);
  });

  test.each(['10.1.2.3', '2606:2800::1', '::a01:203'])('%s has none', (address) => {
    expect(embeddedIPv4(ipaddr.parse(address))).toBeUndefined();
  });
});
