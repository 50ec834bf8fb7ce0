import ipaddr from 'ipaddr.js';

/** An address that was parsed. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** All addresses that begin with the same bits as one: that address, and how many bits. */
export type AddressRange = readonly [Address, number];

/** What an address is of: `public` is reached over the internet, none of the others should be. */
export type AddressKind =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'shared'
  | 'multicast'
  | 'unspecified'
  | 'translated'
  | 'metadata'
  | 'reserved';

/** By the names that ipaddr.js gives to ranges. What is not named is reserved. */
const KINDS: ReadonlyMap<string, AddressKind> = new Map([
  ['unicast', 'public'],
  ['private', 'private'],
  ['uniqueLocal', 'private'],
  ['deprecatedSiteLocal', 'private'],
  ['loopback', 'loopback'],
  ['linkLocal', 'link-local'],
  ['carrierGradeNat', 'shared'],
  ['multicast', 'multicast'],
  ['broadcast', 'multicast'],
  ['unspecified', 'unspecified'],
  ['ipv4Mapped', 'translated'],
  ['rfc6145', 'translated'],
  ['rfc6052', 'translated'],
  ['6to4', 'translated'],
  ['teredo', 'translated'],
]);

/** The IPv6 addresses that were given to anybody for use over the internet; of the rest some are special by now, and any may be. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/**
 * Looks public and is not: a virtual machine of Azure reaches its host there.
 *
 * @see https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const AZURE_HOST = ipaddr.parseCIDR('168.63.129.16/32');
/** IPv6 addresses whose last 32 bits are the IPv4 address that they stand for. */
const ENDS_IN_IPV4 = [ipaddr.parseCIDR('::ffff:0:0/96'), ipaddr.parseCIDR('64:ff9b::/96')];
/** Here it is the 32 bits after the first 16. */
const SIX_TO_FOUR = ipaddr.parseCIDR('2002::/16');

/**
 * What an address is of.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry and `iana-ipv6-special-registry`
 */
export function addressKind(address: Address): AddressKind {
  if (isWithin(address, AZURE_HOST)) return 'metadata';
  const kind = KINDS.get(address.range()) ?? 'reserved';
  const isGlobal = address.kind() === 'ipv4' || isWithin(address, GLOBAL_UNICAST);
  return kind === 'public' && !isGlobal ? 'reserved' : kind;
}

/** Whether an address is one of a range. */
export function isWithin(address: Address, [start, bits]: AddressRange): boolean {
  return address.kind() === start.kind() && address.match(start, bits);
}

/** The IPv4 address that a router or this machine makes of an IPv6 address, where it does. */
export function embeddedIPv4(address: Address): Address | undefined {
  const bytes = address.toByteArray();
  if (ENDS_IN_IPV4.some((range) => isWithin(address, range))) {
    return ipaddr.fromByteArray(bytes.slice(12));
  }
  return isWithin(address, SIX_TO_FOUR) ? ipaddr.fromByteArray(bytes.slice(2, 6)) : undefined;
}
