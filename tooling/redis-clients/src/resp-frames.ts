/** Splits a byte stream of the protocol into its frames: replies, commands and messages. */
export class RespFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are complete with these bytes. */
  push(bytes: Buffer): readonly Buffer[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const frames: Buffer[] = [];
    for (let end = endOf(this.#rest, 0); end !== undefined; end = endOf(this.#rest, 0)) {
      frames.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

/** The texts of a frame that is an array of bulk strings. */
export function textsOf(frame: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = afterLine(frame, 0) ?? frame.length; at < frame.length;) {
    const start = afterLine(frame, at) ?? frame.length;
    const length = Number(frame.toString('latin1', at + 1, start - 2));
    texts.push(frame.toString('utf8', start, start + length));
    at = start + length + 2;
  }
  return texts;
}

/** How many frames a frame consists of, for each that its first line counts. */
const AGGREGATES: ReadonlyMap<string, number> = new Map([
  ['*', 1],
  ['~', 1],
  ['>', 1],
  ['%', 2],
]);

function endOf(bytes: Buffer, start: number): number | undefined {
  const line = afterLine(bytes, start);
  if (line === undefined) return undefined;
  const type = String.fromCharCode(bytes[start] ?? 0);
  const count = Number(bytes.toString('latin1', start + 1, line - 2));
  if (type === '$' || type === '=' || type === '!') {
    const end = count < 0 ? line : line + count + 2;
    return end <= bytes.length ? end : undefined;
  }
  const frames = count * (AGGREGATES.get(type) ?? 0);
  let end: number | undefined = line;
  for (let index = 0; index < frames && end !== undefined; index += 1) end = endOf(bytes, end);
  return end;
}

function afterLine(bytes: Buffer, start: number): number | undefined {
  const end = bytes.indexOf('\r\n', start);
  return end === -1 ? undefined : end + 2;
}
