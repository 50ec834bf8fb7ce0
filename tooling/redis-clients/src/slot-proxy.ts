import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import slotOf from 'cluster-key-slot';

import { RespFrames, textsOf } from './resp-frames.ts';

/** What a client tells of itself, which concerns no node. */
const ANSWERS: ReadonlyMap<string, string> = new Map([
  ['CLIENT', '+OK\r\n'],
  ['PING', '+PONG\r\n'],
  ['QUIT', '+OK\r\n'],
]);

/** Has a node serve the next command of a slot that it is being given. */
const ASKING = Buffer.from('*1\r\n$6\r\nASKING\r\n');
const SUBSCRIBING = /^[SP]?(?:UN)?SUBSCRIBE$/;
/** A frame that confirms a subscription, or its end: its start, what it confirms, the channel, and how many are left. */
const CONFIRMATION = /^([*>]3\r\n\$\d+\r\n(s?)(un)?subscribe\r\n\$\d+\r\n(.*)\r\n:)\d+\r\n$/;
/** How a frame begins that is a message, and no reply. */
const MESSAGE = /^[*>]\d\r\n\$\d+\r\n[sp]?message\r\n/;

/**
 * What the address answers by itself, in place of a node: a frame, in the version of the protocol that the client speaks.
 * `undefined` where a node is to answer.
 */
export type AnswerCommand = (args: readonly string[], resp: 2 | 3) => string | undefined;

/**
 * One address in front of a cluster, as rented servers have: it sends each command to the node of its first key, and
 * whoever connects to it needs to know of no slots. The nodes still refuse keys of two slots.
 */
export class SlotProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #nodes: readonly string[];
  /** The node of each slot, as far as it was told. */
  readonly #places = new Map<number, string>();
  #lost = 0;
  /** See {@link AnswerCommand}. */
  readonly answer: AnswerCommand;

  private constructor(server: Server, nodes: readonly string[], answer: AnswerCommand) {
    this.#server = server;
    this.#nodes = nodes;
    this.answer = answer;
  }

  /** @param urls Those of the nodes, or of a single server, on the loopback interface. */
  static async start(
    urls: readonly string[],
    answer: AnswerCommand = () => undefined,
  ): Promise<SlotProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new SlotProxy(
      server,
      urls.map((url) => new URL(url).host),
      answer,
    );
    server.on('connection', (socket) => {
      proxy.#track(socket);
      new ProxiedClient(socket, proxy).serve();
    });
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
    return `redis://127.0.0.1:${address.port}`;
  }

  /** The node that serves a slot; any one where that was not told yet. */
  nodeOf(slot: number): string {
    return this.#places.get(slot) ?? this.#nodes[(slot + this.#lost) % this.#nodes.length] ?? '';
  }

  /** Notes what a node told of a slot. */
  moved(slot: number, node: string): void {
    this.#places.set(slot, node);
  }

  /** The node is gone: what it served is to be asked for anew. */
  lost(node: string): void {
    this.#lost += 1;
    for (const [slot, place] of this.#places) if (place === node) this.#places.delete(slot);
  }

  connect(node: string): Socket {
    const { hostname, port } = new URL(`redis://${node}`);
    const socket = connect(Number(port), hostname);
    this.#track(socket);
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** A connection of a client, and those to the nodes that its commands go to. */
class ProxiedClient {
  readonly #socket: Socket;
  readonly #proxy: SlotProxy;
  readonly #nodes = new Map<string, NodeConnection>();
  /** Which version of the protocol it speaks. */
  #hello: Buffer | undefined;
  /** Whether it gets messages, and no commands but of those. */
  #isSubscribed = false;
  /** What it is subscribed to, at whichever node. */
  readonly #channels = { plain: new Set<string>(), sharded: new Set<string>() };
  /** The commands before the next one are answered. */
  #answered: Promise<void> = Promise.resolve();

  constructor(socket: Socket, proxy: SlotProxy) {
    this.#socket = socket;
    this.#proxy = proxy;
  }

  serve(): void {
    const frames = new RespFrames();
    this.#socket.on('data', (bytes) => {
      for (const frame of frames.push(bytes)) {
        this.#answered = this.#answered.then(async () => this.#answer(frame));
      }
    });
    this.#socket.on('close', () => {
      for (const node of this.#nodes.values()) node.close();
    });
  }

  async #answer(command: Buffer): Promise<void> {
    const args = textsOf(command);
    const name = (args[0] ?? '').toUpperCase();
    const known = ANSWERS.get(name);
    if (known !== undefined) {
      this.#socket.write(known);
      return;
    }
    if (name === 'HELLO') this.#hello = command;
    const resp = this.#hello !== undefined && textsOf(this.#hello)[1] === '3' ? 3 : 2;
    const own = this.#proxy.answer(args, resp);
    if (own !== undefined) {
      this.#socket.write(own);
      return;
    }
    const slot = slotOf(name.startsWith('EVAL') ? (args[3] ?? '') : (args[1] ?? ''));
    this.#isSubscribed ||= SUBSCRIBING.test(name);
    this.#socket.write(await this.#reply(command, slot));
  }

  /** Asks the node of a slot, and then the one that it names instead. */
  async #reply(command: Buffer, slot: number): Promise<Buffer> {
    let node = this.#proxy.nodeOf(slot);
    for (let hops = 0; ; hops += 1) {
      const connection = this.#node(node);
      const reply = await connection.call(command);
      const [, kind, , place] =
        /^-(MOVED|ASK) (\d+) (\S+)/.exec(reply.toString('latin1', 0, 80)) ?? [];
      if (kind === undefined || place === undefined || hops > 5) return this.#counted(reply);
      if (kind === 'MOVED') this.#proxy.moved(slot, place);
      else await this.#node(place).call(ASKING);
      node = place;
    }
  }

  /** A node counts what is subscribed to there. The client has one connection, and is told of that. */
  #counted(frame: Buffer): Buffer {
    if (!this.#isSubscribed) return frame;
    const [, start, isSharded, isOver, channel] = CONFIRMATION.exec(frame.toString('latin1')) ?? [];
    if (start === undefined || channel === undefined) return frame;
    const channels = isSharded === '' ? this.#channels.plain : this.#channels.sharded;
    if (isOver === undefined) channels.add(channel);
    else channels.delete(channel);
    return Buffer.from(`${start}${channels.size}\r\n`, 'latin1');
  }

  #node(name: string): NodeConnection {
    let node = this.#nodes.get(name);
    if (node === undefined) {
      const socket = this.#proxy.connect(name);
      node = new NodeConnection(socket, {
        isMessage: (frame) => this.#isSubscribed && MESSAGE.test(frame.toString('latin1', 0, 40)),
        onMessage: (message) => void this.#socket.write(this.#counted(message)),
      });
      this.#nodes.set(name, node);
      if (this.#hello !== undefined) void node.call(this.#hello);
      socket.on('close', () => {
        this.#proxy.lost(name);
        this.#socket.destroy();
      });
    }
    return node;
  }
}

interface Messages {
  readonly isMessage: (frame: Buffer) => boolean;
  /** Also called with what a node tells unasked: that a channel was moved. */
  readonly onMessage: (frame: Buffer) => void;
}

/** A connection to a node: one for each client, as messages come by it. */
class NodeConnection {
  readonly #socket: Socket;
  readonly #waiting: ((reply: Buffer) => void)[] = [];

  constructor(socket: Socket, { isMessage, onMessage }: Messages) {
    this.#socket = socket;
    const frames = new RespFrames();
    socket.on('data', (bytes) => {
      for (const frame of frames.push(bytes)) {
        const answer = isMessage(frame) ? onMessage : (this.#waiting.shift() ?? onMessage);
        answer(frame);
      }
    });
  }

  async call(command: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(command);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
