import { invalidOption } from '../shared/invalid-option.ts';

/** What a Redis URL says. */
export interface ParsedRedisUrl {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number | undefined;
}

const DEFAULT_PORT = 6379;

/**
 * Reads a Redis URL. Stricter than node-redis, which ignores what it does not know (a database in
 * the query, for one) and prints the URL with its password in some of its errors.
 *
 * @param option The option that holds the URL, for messages. No part of the URL but its scheme is
 *   in them: where it is malformed, any part may be of the password.
 * @throws {A2ARedisError} `INVALID_OPTION`.
 */
export function parseRedisUrl(text: unknown, option: string): ParsedRedisUrl {
  if (typeof text !== 'string') throw invalidOption(option, `must be a URL, not a ${typeof text}`);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    throw invalidOption(option, 'is not a URL: it must start with redis://, rediss:// or unix://');
  }
  if (scheme === 'unix') return parseUnixUrl(text, option);
  if (scheme !== 'redis' && scheme !== 'rediss') {
    throw invalidOption(option, `must start with redis://, rediss:// or unix://, not ${scheme}://`);
  }
  const url = tryUrl(text, option);
  if (url.hostname === '') throw invalidOption(option, 'names no host');
  if (url.port === '0') throw invalidOption(option, 'has port 0; ports are 1 to 65535');
  refuseHash(url, option);
  refuseParameters(url, option, []);
  return {
    address: {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    },
    tls: scheme === 'rediss',
    ...credentials(url, option),
    database: databaseOf(url.pathname.slice(1), option),
  };
}

/** `new URL` refuses credentials without a host; a stand-in host makes it read them. */
function parseUnixUrl(text: string, option: string): ParsedRedisUrl {
  const rest = text.slice('unix://'.length);
  const at = rest.lastIndexOf('@');
  const path = rest.slice(at + 1);
  if (!path.startsWith('/')) {
    throw invalidOption(option, 'must hold an absolute path after unix://');
  }
  const url = tryUrl(`redis://${rest.slice(0, at + 1)}localhost${path}`, option);
  refuseHash(url, option);
  refuseParameters(url, option, ['db']);
  return {
    address: { path: decode(url.pathname, option) },
    tls: false,
    ...credentials(url, option),
    database: databaseOf(url.searchParams.get('db') ?? '', option),
  };
}

function tryUrl(text: string, option: string): URL {
  try {
    return new URL(text);
  } catch {
    // The error of `new URL` holds its input, and so the password: it is no cause to pass on.
    throw invalidOption(
      option,
      'is not a valid URL: check its host and port (1 to 65535), and that special characters of the password are percent-encoded',
    );
  }
}

function refuseHash(url: URL, option: string): void {
  if (url.hash !== '' || url.href.endsWith('#')) {
    throw invalidOption(
      option,
      'holds a "#"; percent-encode it as %23 if it is part of a password',
    );
  }
}

function refuseParameters(url: URL, option: string, known: readonly string[]): void {
  if ([...url.searchParams.keys()].every((name) => known.includes(name))) return;
  throw invalidOption(
    option,
    'has parameters after a "?"; use the options of createRedisClient, or percent-encode it as %3F if it is part of a password',
  );
}

function credentials(url: URL, option: string): Pick<ParsedRedisUrl, 'username' | 'password'> {
  return {
    username: url.username === '' ? undefined : decode(url.username, option),
    password: url.password === '' ? undefined : decode(url.password, option),
  };
}

function decode(text: string, option: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidOption(option, 'holds a "%" that is not followed by two hexadecimal digits');
  }
}

function databaseOf(text: string, option: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) {
    throw invalidOption(option, 'has a path that is not a database number');
  }
  return Number(text);
}
