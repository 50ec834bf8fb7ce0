import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a server listens, and what it asks for. */
export interface Endpoint {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** A unix socket, instead of host and port. */
  readonly path?: string | undefined;
  readonly tls?: boolean | undefined;
  /** PEM text; without it, the CAs that Node trusts. */
  readonly tlsCa?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Sends commands over a connection of their own and returns their replies as text.
 *
 * The launcher speaks the protocol itself, so that no client library decides whether a server is up.
 *
 * @throws Error when the connection fails, the server answers with an error, or the deadline passes.
 */
export async function sendCommands(
  endpoint: Endpoint,
  commands: readonly (readonly string[])[],
  deadlineMs = 2000,
): Promise<readonly string[]> {
  const { username, password } = endpoint;
  const auth = password === undefined ? [] : [['AUTH', ...(username ? [username] : []), password]];
  const all = [...auth, ...commands];
  const socket = connect(endpoint);
  const timer = setTimeout(
    () => socket.destroy(new Error(`no answer within ${deadlineMs} ms`)),
    deadlineMs,
  );
  try {
    socket.write(all.map(encodeCommand).join(''));
    let received = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, chunk]);
      const replies = parseReplies(received, all.length);
      if (replies !== undefined) return replies.slice(auth.length);
    }
    throw new Error('the server closed the connection');
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** The endpoint that a `redis:` or `rediss:` URL names. */
export function endpointOfUrl(url: string): Endpoint {
  const { protocol, hostname, port, username, password } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new TypeError(`expected a redis: or rediss: URL, got ${protocol}`);
  }
  return {
    host: hostname === '' ? undefined : hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    tls: protocol === 'rediss:',
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
  };
}

function connect({ host = '127.0.0.1', port = 6379, path, tls, tlsCa }: Endpoint): Socket {
  if (path !== undefined) return connectTcp({ path });
  if (tls !== true) return connectTcp({ host, port });
  return connectTls({ host, port, ...(tlsCa === undefined ? {} : { ca: tlsCa }) });
}

function encodeCommand(args: readonly string[]): string {
  const parts = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return `*${args.length}\r\n${parts.join('')}`;
}

/**
 * The first `count` replies in `data`, or undefined while some are incomplete. Knows the reply
 * types that the launcher's commands have: simple strings, integers, bulk strings, errors, and
 * arrays, which become their elements with a line for each.
 *
 * @throws Error with the server's text for an error reply.
 */
export function parseReplies(data: Buffer, count: number): readonly string[] | undefined {
  return parseSequence(data, 0, count)?.texts;
}

function parseSequence(
  data: Buffer,
  start: number,
  count: number,
): { readonly texts: readonly string[]; readonly end: number } | undefined {
  const texts: string[] = [];
  let at = start;
  while (texts.length < count) {
    const lineEnd = data.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const line = data.toString('utf8', at + 1, lineEnd);
    const type = String.fromCharCode(data[at] ?? 0);
    at = lineEnd + 2;
    if (type === '-') throw new Error(line);
    if (type === '$') {
      const end = at + Number(line);
      if (data.length < end + 2) return undefined;
      texts.push(data.toString('utf8', at, end));
      at = end + 2;
    } else if (type === '*') {
      const elements = parseSequence(data, at, Number(line));
      if (elements === undefined) return undefined;
      texts.push(elements.texts.join('\n'));
      at = elements.end;
    } else if (type === '+' || type === ':') {
      texts.push(line);
    } else {
      throw new Error(`unexpected reply of type "${type}"`);
    }
  }
  return { texts, end: at };
}
