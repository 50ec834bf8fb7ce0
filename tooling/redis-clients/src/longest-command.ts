import { connect } from 'node:net';

import { RespFrames } from './resp-frames.ts';

/** A command, and how many arguments it has, its name among them. */
export interface LongestCommand {
  readonly command: string;
  readonly size: number;
}

/** What ends a watch: nobody else sends it. */
const END = 'end-of-longest-command';
/** An argument as MONITOR shows it. */
const ARGUMENT = /"(?:[^"\\]|\\.)*"/g;

/**
 * The command of most arguments that a server runs meanwhile, whoever calls it: a client, or a script. Some rented
 * servers refuse those of more than a thousand.
 *
 * @param url Of a server without a password.
 */
export async function longestCommand(
  url: string,
  work: () => Promise<unknown>,
): Promise<LongestCommand> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let longest: LongestCommand = { command: '', size: 0 };
  let onBegun = (): void => {};
  let onOver = (): void => {};
  const begun = new Promise<void>((resolve, reject) => {
    onBegun = resolve;
    socket.on('error', reject);
  });
  const over = new Promise<void>((resolve) => {
    onOver = resolve;
  });
  const frames = new RespFrames();
  socket.on('data', (bytes) => {
    for (const frame of frames.push(bytes)) {
      onBegun();
      const args = frame.toString('latin1').match(ARGUMENT) ?? [];
      if (args[1] === `"${END}"`) onOver();
      else if (args.length > longest.size) longest = { command: args[0] ?? '', size: args.length };
    }
  });
  try {
    socket.write('MONITOR\r\n');
    await begun;
    await work();
    // It is shown after all that was run before.
    const last = connect(Number(port), hostname);
    last.write(`ECHO ${END}\r\n`);
    await over;
    last.destroy();
    return longest;
  } finally {
    socket.destroy();
  }
}
