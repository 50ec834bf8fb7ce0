import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** What a name server says of a name: its addresses, or nothing at all, ever. */
export type NameAnswer = { readonly ipv4?: string; readonly ipv6?: readonly number[] } | 'silence';

/** A name server on loopback. */
export interface NameServer extends AsyncDisposable {
  /** As `Resolver.setServers` takes it. */
  readonly address: string;
  /** How many questions it was asked. */
  readonly questions: () => number;
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
const TYPE_AAAA = 28;
/** Response, recursion desired and available. */
const FLAGS = 0x8180;
const NO_SUCH_NAME = 3;

/**
 * Starts a name server that answers as `answerTo` says; `undefined` is a name that does not exist.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1035#section-4
 */
export async function startNameServer(
  answerTo: (name: string) => NameAnswer | undefined,
): Promise<NameServer> {
  const socket = createSocket('udp4');
  let questions = 0;
  socket.on('message', (question, { port, address }) => {
    questions += 1;
    const reply = replyTo(question, answerTo);
    if (reply !== undefined) socket.send(reply, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions: () => questions,
    [Symbol.asyncDispose]: async () => stop(socket),
  };
}

async function stop(socket: Socket): Promise<void> {
  socket.close();
  await once(socket, 'close');
}

function replyTo(
  question: Buffer,
  answerTo: (name: string) => NameAnswer | undefined,
): Buffer | undefined {
  const { name, end } = readName(question);
  const answer = answerTo(name);
  if (answer === 'silence') return undefined;
  const type = question.readUInt16BE(end);
  const data = answer === undefined ? undefined : dataOf(type, answer);
  const header = Buffer.alloc(HEADER_BYTES);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(FLAGS | (answer === undefined ? NO_SUCH_NAME : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(data === undefined ? 0 : 1, 6);
  const parts = [header, question.subarray(HEADER_BYTES, end + 4)];
  if (data !== undefined) {
    const record = Buffer.alloc(12);
    // The name of the question again, of class IN, for no time at all.
    record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(data.length, 10);
    parts.push(record, data);
  }
  return Buffer.concat(parts);
}

function dataOf(type: number, answer: Exclude<NameAnswer, string>): Buffer | undefined {
  if (type === TYPE_A && answer.ipv4 !== undefined) {
    return Buffer.from(answer.ipv4.split('.').map(Number));
  }
  return type === TYPE_AAAA && answer.ipv6 !== undefined ? Buffer.from(answer.ipv6) : undefined;
}

function readName(question: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}
