import type { Endpoint } from './resp.ts';

/**
 * The URL by which clients reach an endpoint. That of a unix socket is without the password, which
 * URL parsers refuse where there is no host.
 */
export function serverUrl({ host = '127.0.0.1', port, path, tls, password }: Endpoint): string {
  if (path !== undefined) return `unix://${encodeURI(path)}`;
  const auth = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return `${tls === true ? 'rediss' : 'redis'}://${auth}${host}:${port ?? 6379}`;
}
