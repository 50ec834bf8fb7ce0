import { isIP } from 'node:net';

import { LruMap } from '@a2a-redis/core/shared';
import ipaddr from 'ipaddr.js';

import { type Address, addressKind } from './address-kind.ts';
import { parseUrl } from './parse-url.ts';
import { portOf, type TargetLimits } from './target-options.ts';

/** A URL that may be posted to, or why not: one sentence without the URL. */
export type WebhookTarget = { readonly url: URL } | { readonly refusal: string };

const MOST_TARGETS = 1000;
/** RFC 6761: these are this machine, whatever a name server says. */
const LOCALHOST = /(?:^|\.)localhost\.?$/u;

/**
 * Says what may be posted to. A URL is looked at when its config is saved and before each attempt; the addresses that
 * its name has at the moment, before each connection is made to one of them.
 */
export class TargetGuard {
  readonly #limits: TargetLimits;
  /** What was found of URLs: many webhooks go to few of them. */
  readonly #targets = new LruMap<WebhookTarget>(MOST_TARGETS);

  constructor(limits: TargetLimits) {
    this.#limits = limits;
  }

  /** Whether the operator has allowed a host by its name. */
  isAllowedHost(host: string): boolean {
    return this.#limits.allowed.hasHost(host);
  }

  /** Why nothing is posted to a URL, as one sentence without the URL; `undefined` where it may be. */
  refusalOf(text: string): string | undefined {
    const target = this.targetOf(text);
    return 'refusal' in target ? target.refusal : undefined;
  }

  /** The URL that a text is, or why nothing is posted there. */
  targetOf(text: string): WebhookTarget {
    const known = this.#targets.get(text);
    if (known !== undefined) return known;
    const target = this.#look(text);
    this.#targets.set(text, target);
    return target;
  }

  #look(text: string): WebhookTarget {
    const url = parseUrl(text);
    if (url === undefined) return { refusal: 'The webhook has no absolute URL.' };
    const refusal = this.#refusalOf(url);
    return refusal === undefined ? { url } : { refusal };
  }

  #refusalOf(url: URL): string | undefined {
    const { protocols, ports } = this.#limits;
    if (!protocols.has(url.protocol)) {
      return protocols.has('http:')
        ? "The webhook's URL must begin with https: or http:."
        : "The webhook's URL must begin with https:.";
    }
    if (url.username !== '' || url.password !== '') {
      return "The webhook's URL must not hold credentials.";
    }
    if (ports !== 'any' && !ports.has(portOf(url))) {
      return "The webhook's URL has a port that is not allowed.";
    }
    return this.refusalOfHost(url.hostname.replace(/^\[(?<inner>.*)\]$/u, '$<inner>'));
  }

  /** The same for a host without its port: of a name, only what is known before it is looked up. */
  refusalOfHost(host: string): string | undefined {
    if (this.isAllowedHost(host)) return undefined;
    // As Node decides whether a host is to be looked up.
    if (isIP(host) !== 0) return this.refusalOfAddress(host);
    return LOCALHOST.test(host) ? forbidden('loopback') : undefined;
  }

  /** The same for an address that a name has, or that a URL has in place of a name. */
  refusalOfAddress(text: string): string | undefined {
    if (!ipaddr.isValid(text)) return forbidden('unknown');
    const address: Address = ipaddr.parse(text);
    const kind = addressKind(address);
    return kind === 'public' || this.#limits.allowed.hasAddress(address)
      ? undefined
      : forbidden(kind);
  }
}

/** The address is not told: who may read the reason may learn of the network what it cannot see. */
function forbidden(kind: string): string {
  return `The webhook's host has a ${kind} address.`;
}
