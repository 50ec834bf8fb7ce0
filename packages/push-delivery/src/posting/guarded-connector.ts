import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';

import { buildConnector } from 'undici';

import type { ResolveHost } from './host-resolver.ts';
import type { TargetGuard } from './target-guard.ts';

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
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: a webhook must reach whom its URL names.
    rejectUnauthorized: true,
    // A list replaces what Node trusts, hence both; without one, NODE_EXTRA_CA_CERTS and the like count.
    ...(ca.length === 0 ? {} : { ca: [...rootCertificates, ...ca] }),
  });
  return (options, callback) => {
    // Node looks up names only: an address in a URL is connected to as it is.
    const refusal = guard.refusalOfHost(options.hostname);
    if (refusal === undefined) connect(options, callback);
    else callback(new ForbiddenTargetError(refusal), null);
  };
}

/** Finds the addresses of a name for `net.connect`. One forbidden address is enough to refuse the name. */
export function guardedLookup({
  guard,
  resolveHost,
}: Pick<ConnectorParts, 'guard' | 'resolveHost'>): LookupFunction {
  return (host, { all = false }, callback) => {
    resolveHost(host)
      .then((addresses) => {
        const [first] = addresses;
        if (first === undefined) throw noAddress();
        const refusal = guard.isAllowedHost(host)
          ? undefined
          : addresses
              .map(({ address }) => guard.refusalOfAddress(address))
              .find((reason) => reason !== undefined);
        if (refusal !== undefined) throw new ForbiddenTargetError(refusal);
        return { addresses, first };
      })
      .then(
        ({ addresses, first }) => {
          if (all) callback(null, [...addresses]);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => callback(asError(error), ''),
      );
  };
}

function noAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('The host has no address.'), { code: 'ENOTFOUND' });
}

function asError(error: unknown): NodeJS.ErrnoException {
  return error instanceof Error
    ? error
    : new Error('The look-up of a host failed.', { cause: error });
}
