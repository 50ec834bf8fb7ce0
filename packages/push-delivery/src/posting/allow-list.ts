import { invalidOption } from '@a2a-redis/core/shared';
import ipaddr from 'ipaddr.js';

import {
  type Address,
  addressKind,
  type AddressRange,
  embeddedIPv4,
  isWithin,
} from './address-kind.ts';
import { parseUrl } from './parse-url.ts';

/** The hosts and ranges that an operator has allowed to be posted to though they are internal. */
export class AllowList {
  readonly #hosts: ReadonlySet<string>;
  readonly #ranges: readonly AddressRange[];

  /**
   * @param entries Each a host name, an address, or a range as `10.1.0.0/16`.
   * @param name The name of the option, for errors.
   * @throws {A2ARedisError} `INVALID_OPTION`, naming the entry.
   */
  constructor(entries: readonly string[], name: string) {
    const hosts = new Set<string>();
    const ranges: AddressRange[] = [];
    for (const [index, entry] of entries.entries()) {
      const allowed = readEntry(entry);
      if (allowed === undefined) {
        throw invalidOption(
          `${name}[${index}]`,
          'must be a host name, an address, or a range such as 10.1.0.0/16',
        );
      }
      if (typeof allowed === 'string') hosts.add(allowed);
      else ranges.push(allowed);
    }
    this.#hosts = hosts;
    this.#ranges = ranges;
  }

  /** Whether a host is allowed by its name, whatever its addresses are. */
  hasHost(host: string): boolean {
    return this.#hosts.has(host);
  }

  /**
   * Whether an address is in a range that is allowed. One that stands for an IPv4 address must be allowed as both: who
   * allows NAT64 on a network without IPv4 does not allow its private addresses.
   */
  hasAddress(address: Address): boolean {
    if (!this.#ranges.some((range) => isWithin(address, range))) return false;
    const embedded = embeddedIPv4(address);
    if (embedded === undefined) return true;
    return addressKind(embedded) === 'public' || this.hasAddress(embedded);
  }
}

/** A host name as URLs have it, or a range; `undefined` for anything else. */
function readEntry(entry: unknown): string | AddressRange | undefined {
  if (typeof entry !== 'string') return undefined;
  if (ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) || ipaddr.IPv6.isValidCIDR(entry)) {
    return ipaddr.parseCIDR(entry);
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(entry) || ipaddr.IPv6.isValid(entry)) {
    const address = ipaddr.parse(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  // Nothing that a URL would take for something else, nor a wildcard, which no host would match.
  return /^[^\s:/?#@[\]*\\]+$/u.test(entry) ? hostName(entry) : undefined;
}

function hostName(entry: string): string | undefined {
  const url = parseUrl(`https://${entry}`);
  return url === undefined || ipaddr.isValid(url.hostname) ? undefined : url.hostname;
}
