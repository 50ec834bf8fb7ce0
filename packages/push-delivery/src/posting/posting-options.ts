import { X509Certificate } from 'node:crypto';

import { checkNames, invalidOption, milliseconds, wholeNumber } from '@a2a-redis/core/shared';

import type { ResolveHost } from './host-resolver.ts';

/** How webhooks are posted. */
export interface WebhookPostingOptions {
  /**
   * Milliseconds that the look-up of a host, the connection and TLS may take together.
   * @default 5000, because a host that is there answers within one or two
   */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Milliseconds from the beginning of an attempt to the headers of the answer. The body of the answer counts for
   * nothing: some of it is read and thrown away, so that the connection can be used again.
   * @default 15000, as A2A recommends 10 to 30 seconds
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Connections that are open to one host and port at a time. They are kept for some seconds and used again.
   * @default 8
   */
  readonly connectionsPerOrigin?: number | undefined;
  /**
   * Certificate authorities in PEM that are trusted besides those of Node, for receivers in a network of your own.
   * @default none
   */
  readonly ca?: readonly string[] | undefined;
  /**
   * Finds all addresses of a host. What it answers is checked like any other address.
   * @default name servers are asked; see `allow` of the targets
   */
  readonly resolveHost?: ResolveHost | undefined;
}

/** {@link WebhookPostingOptions}, checked, with defaults. */
export interface PostingLimits {
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly connectionsPerOrigin: number;
  readonly ca: readonly string[];
  readonly resolveHost: ResolveHost | undefined;
}

const OPTION_NAMES: readonly (keyof WebhookPostingOptions)[] = [
  'connectTimeoutMs',
  'timeoutMs',
  'connectionsPerOrigin',
  'ca',
  'resolveHost',
];

/**
 * @param where Prefix of the names in messages, such as `posting.`.
 * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
 */
export function readPostingOptions(options: WebhookPostingOptions, where: string): PostingLimits {
  checkNames(options, OPTION_NAMES, where);
  const { connectTimeoutMs = 5_000, timeoutMs = 15_000, connectionsPerOrigin = 8 } = options;
  const { ca = [], resolveHost } = options;
  if (resolveHost !== undefined && typeof resolveHost !== 'function') {
    throw invalidOption(`${where}resolveHost`, 'must be a function');
  }
  return {
    connectTimeoutMs: milliseconds(connectTimeoutMs, `${where}connectTimeoutMs`, 1),
    timeoutMs: milliseconds(timeoutMs, `${where}timeoutMs`, 1),
    connectionsPerOrigin: wholeNumber(connectionsPerOrigin, `${where}connectionsPerOrigin`, 1),
    ca: readCertificates(ca, `${where}ca`),
    resolveHost,
  };
}

function readCertificates(ca: unknown, name: string): readonly string[] {
  if (!Array.isArray(ca)) throw invalidOption(name, 'must be a list of certificates in PEM');
  return ca.map((certificate: unknown, index) => {
    try {
      return new X509Certificate(String(certificate)).toString();
    } catch (error) {
      throw invalidOption(`${name}[${index}]`, 'must be a certificate in PEM', error);
    }
  });
}
