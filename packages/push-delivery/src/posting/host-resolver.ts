import { lookup, Resolver } from 'node:dns/promises';

/** An address of a host. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Finds all addresses of a host, at least one. It rejects, with the error's `code` of `node:dns`, where there is none. */
export type ResolveHost = (host: string) => Promise<readonly HostAddress[]>;

const FIRST_TRY_MS = 2_000;
const TRIES = 2;

/**
 * Asks name servers, without `getaddrinfo`: that holds one of the four threads of Node for as long as a name server is
 * silent, and a client chooses whose name servers are asked. What an operator has named may be in the machine's hosts
 * file, or short for a longer name, and is looked up as the machine does it.
 */
export class HostResolver {
  readonly #isTrusted: (host: string) => boolean;
  readonly #resolver: Resolver;

  /** @param resolver Asked for the names that are not trusted. */
  constructor(
    isTrusted: (host: string) => boolean,
    resolver: Resolver = new Resolver({ timeout: FIRST_TRY_MS, tries: TRIES }),
  ) {
    this.#isTrusted = isTrusted;
    this.#resolver = resolver;
  }

  /** See {@link ResolveHost}. */
  async resolve(host: string): Promise<readonly HostAddress[]> {
    if (this.#isTrusted(host)) {
      const found = await lookup(host, { all: true });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    }
    const [ipv4, ipv6] = await Promise.allSettled([
      this.#resolver.resolve4(host),
      this.#resolver.resolve6(host),
    ]);
    const addresses = [...addressesOf(ipv4, 4), ...addressesOf(ipv6, 6)];
    if (addresses.length === 0 && ipv4.status === 'rejected') throw ipv4.reason;
    return addresses;
  }

  /** Ends what is being looked up. */
  close(): void {
    this.#resolver.cancel();
  }
}

function addressesOf(
  outcome: PromiseSettledResult<readonly string[]>,
  family: 4 | 6,
): readonly HostAddress[] {
  return outcome.status === 'fulfilled'
    ? outcome.value.map((address) => ({ address, family }))
    : [];
}
