import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import { callbackify } from 'node:util';

import type { ResolveHost } from './host-resolver.ts';
import type { TargetGuard } from './target-guard.ts';
import { buildConnector } from './undici.ts';

/** A connection was not made, because its target is forbidden. The message is the reason. */
export class ForbiddenTargetError extends Error {
  override readonly name = 'ForbiddenTargetError';
}

/** What a {@link guardedConnector} needs. */
export interface ConnectorParts {
  readonly guard: TargetGuard;
  readonly resolveHost: ResolveHost;
  readonly connectTimeoutMs: number;
  /** Certificate authorities in PEM to trust besides those of Node. */
  readonly ca: readonly string[];
}

/**
 * Connects to the very addresses that were looked at: what a name is resolved to is looked at in the look-up that the
 * connection itself makes, so that a name cannot mean another address by then.
 */
export function guardedConnector(parts: ConnectorParts): buildConnector.connector {
  const { guard, connectTimeoutMs, ca } = parts;
  const connect = buildConnector({
    timeout: connectTimeoutMs,
    lookup: guardedLookup(parts),
    // Whatever the flags of the process say: `guardedLookup` gives all addresses, and Node tries one after the other.
    autoSelectFamily: true,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: a webhook must reach whom its URL names.
    rejectUnauthorized: true,
    // A list replaces what Node trusts, hence both; without one, NODE_EXTRA_CA_CERTS and the like count. Made once: it takes
    // longer than a connection.
    ...(ca.length === 0
      ? {}
      : { secureContext: createSecureContext({ ca: [...rootCertificates, ...ca] }) }),
  });
  return (options, callback) => {
    // Node looks up names only: an address in a URL is connected to as it is.
    const refusal = guard.refusalOfHost(options.hostname);
    if (refusal === undefined) connect(options, callback);
    else callback(new ForbiddenTargetError(refusal), null);
  };
}

/** Finds the addresses of a name for `net.connect`. One forbidden address is enough to refuse the name. */
function guardedLookup({
  guard,
  resolveHost,
}: Pick<ConnectorParts, 'guard' | 'resolveHost'>): LookupFunction {
  // Node calls it with a second argument, which asks for all addresses.
  return callbackify(async (host: string, _options: unknown): Promise<LookupAddress[]> => {
    const addresses = await resolveHost(host);
    if (addresses.length === 0) throw noAddress();
    if (!guard.isAllowedHost(host)) {
      for (const { address } of addresses) {
        const refusal = guard.refusalOfAddress(address);
        if (refusal !== undefined) throw new ForbiddenTargetError(refusal);
      }
    }
    return [...addresses];
  });
}

function noAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('The host has no address.'), { code: 'ENOTFOUND' });
}
