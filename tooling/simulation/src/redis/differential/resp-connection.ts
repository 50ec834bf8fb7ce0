import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { type RawReply, RedisReplyError, RedisStatus } from '../reply.ts';

/** A connection to a real server: replies as the protocol tells them, in byte strings. */
export class RespConnection {
  readonly #socket: Socket;
  readonly #waiting: ((reply: RawReply) => void)[] = [];
  readonly #pushed: RawReply[] = [];
  #received = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#read(data));
  }

  /** @param url Such as `redis://127.0.0.1:6379`. */
  static async open(url: string): Promise<RespConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new RespConnection(socket);
  }

  /** What came unasked since the last time. */
  takePushed(): readonly RawReply[] {
    return this.#pushed.splice(0);
  }

  /** Sends commands at once. An error reply is a value here, too. */
  async send(commands: readonly (readonly string[])[]): Promise<readonly RawReply[]> {
    const replies = commands.map(
      async () =>
        new Promise<RawReply>((resolve) => {
          this.#waiting.push(resolve);
        }),
    );
    this.#socket.write(commands.map(encode).join(''), 'latin1');
    return Promise.all(replies);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    const reader = new ReplyReader(this.#received.toString('latin1'));
    let complete = 0;
    for (;;) {
      const reply = reader.read();
      if (reply === undefined) break;
      complete = reader.position;
      const resolve = isMessage(reply) ? undefined : this.#waiting.shift();
      if (resolve === undefined) this.#pushed.push(reply);
      else resolve(reply);
    }
    this.#received = this.#received.subarray(complete);
  }
}

/** Whether it is a message of a channel. */
function isMessage(reply: RawReply): boolean {
  return Array.isArray(reply) && (reply[0] === 'message' || reply[0] === 'smessage');
}

function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

class ReplyReader {
  readonly #text: string;
  position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next reply; undefined where it is not all there. */
  read(): RawReply | undefined {
    const end = this.#text.indexOf('\r\n', this.position);
    if (end === -1) return undefined;
    const type = this.#text.charAt(this.position);
    const line = this.#text.slice(this.position + 1, end);
    this.position = end + 2;
    if (type === '+') return new RedisStatus(line);
    if (type === '-') return new RedisReplyError(line);
    if (type === ':') return Number(line);
    const length = Number(line);
    if (length === -1) return null;
    return type === '$' ? this.#readBulk(length) : this.#readArray(length);
  }

  #readBulk(length: number): string | undefined {
    const start = this.position;
    if (this.#text.length < start + length + 2) return undefined;
    this.position = start + length + 2;
    return this.#text.slice(start, start + length);
  }

  #readArray(length: number): RawReply | undefined {
    const elements: RawReply[] = [];
    while (elements.length < length) {
      const element = this.read();
      if (element === undefined) return undefined;
      elements.push(element);
    }
    return elements;
  }
}
