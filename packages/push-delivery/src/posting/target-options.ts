import { checkNames, invalidOption, wholeNumber } from '@a2a-redis/core/shared';

import { AllowList } from './allow-list.ts';

/**
 * Which URLs webhooks are posted to. Clients choose them: without limits, a client could make the agent post to what
 * only the agent's network can reach.
 */
export interface WebhookTargetOptions {
  /**
   * Whether `http:` URLs are taken, too. Their webhooks, tokens and credentials travel in plain text.
   * @default false
   */
  readonly allowHttp?: boolean | undefined;
  /**
   * The ports that URLs may have, or `'any'`.
   * @default 443, and with `allowHttp` 80, because other services than web servers listen on others
   */
  readonly ports?: readonly number[] | 'any' | undefined;
  /**
   * What may be posted to though it is not on the internet: host names such as `receiver.internal` with whatever
   * addresses they have, addresses, and ranges such as `10.1.0.0/16` under whatever name.
   *
   * Names are looked up in DNS alone; those in this list as the machine does it, with its hosts file and search domains.
   * @default none: private, loopback, link-local, shared, multicast and reserved addresses are refused
   */
  readonly allow?: readonly string[] | undefined;
}

/** {@link WebhookTargetOptions}, checked, with defaults. */
export interface TargetLimits {
  readonly protocols: ReadonlySet<string>;
  readonly ports: ReadonlySet<number> | 'any';
  readonly allowed: AllowList;
}

const OPTION_NAMES: readonly (keyof WebhookTargetOptions)[] = ['allowHttp', 'ports', 'allow'];
const HTTP_PORT = 80;
const HTTPS_PORT = 443;
const LAST_PORT = 65_535;

/**
 * @param where Prefix of the names in messages, such as `targets.`.
 * @throws {A2ARedisError} `INVALID_OPTION`, naming the option.
 */
export function readTargetOptions(options: WebhookTargetOptions, where: string): TargetLimits {
  checkNames(options, OPTION_NAMES, where);
  const { allowHttp = false, allow = [] } = options;
  if (typeof allowHttp !== 'boolean') throw invalidOption(`${where}allowHttp`, 'must be a boolean');
  if (!Array.isArray(allow)) throw invalidOption(`${where}allow`, 'must be a list');
  const { ports = allowHttp ? [HTTPS_PORT, HTTP_PORT] : [HTTPS_PORT] } = options;
  return {
    protocols: new Set(allowHttp ? ['https:', 'http:'] : ['https:']),
    ports: ports === 'any' ? ports : readPorts(ports, `${where}ports`),
    allowed: new AllowList(allow, `${where}allow`),
  };
}

/** The port that a URL means. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'http:' ? HTTP_PORT : HTTPS_PORT;
}

function readPorts(ports: unknown, name: string): ReadonlySet<number> {
  if (!Array.isArray(ports) || ports.length === 0) {
    throw invalidOption(name, "must be 'any', or a list of at least one port");
  }
  return new Set(ports.map((port, index) => wholeNumber(port, `${name}[${index}]`, 1, LAST_PORT)));
}
