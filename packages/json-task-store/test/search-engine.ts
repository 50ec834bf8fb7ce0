import { SlotProxy } from '@a2a-redis-internal/redis-clients';

/** A result of a search. */
export interface Found {
  readonly key: string;
  readonly id: string;
}

/** What an engine answers: results, that an index was made, or an error that a server would reply with. */
export type EngineAnswer = readonly Found[] | 'OK' | Error;

/** Answers a command that is sent as such, whose arguments come as one text. */
export type Engine = (command: string, rest: string) => EngineAnswer;

/** A query engine, played in front of a server that has none. */
export interface PlayedEngine extends AsyncDisposable {
  readonly url: string;
  /** What it was asked. */
  readonly commands: readonly (readonly string[])[];
}

/** Plays an engine in front of a server: whatever is no command of it goes on to the server. */
export async function playEngine(serverUrl: string, engine: Engine): Promise<PlayedEngine> {
  const commands: (readonly string[])[] = [];
  const proxy = await SlotProxy.start([serverUrl], (args, resp) => {
    const [name = ''] = args;
    if (!name.startsWith('FT.')) return undefined;
    commands.push(args);
    return frameOf(engine(name, args.slice(1).join(' ')), resp);
  });
  return {
    url: proxy.url,
    commands,
    [Symbol.asyncDispose]: async () => proxy[Symbol.asyncDispose](),
  };
}

/** An answer as Redis 8 sends it. */
function frameOf(answer: EngineAnswer, resp: 2 | 3): string {
  if (answer instanceof Error) return `-${answer.message}\r\n`;
  if (answer === 'OK') return '+OK\r\n';
  const total = `:${answer.length}\r\n`;
  if (resp === 2) {
    const items = answer.map(({ key, id }) => `${bulk(key)}*2\r\n${bulk('id')}${bulk(id)}`);
    return `*${1 + 2 * answer.length}\r\n${total}${items.join('')}`;
  }
  const items = answer.map(
    ({ key, id }) =>
      `%3\r\n${bulk('id')}${bulk(key)}${bulk('extra_attributes')}%1\r\n${bulk('id')}${bulk(id)}${bulk('values')}*0\r\n`,
  );
  const results = `*${answer.length}\r\n${items.join('')}`;
  return `%4\r\n${bulk('attributes')}*0\r\n${bulk('results')}${results}${bulk('total_results')}${total}${bulk('warning')}*0\r\n`;
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
