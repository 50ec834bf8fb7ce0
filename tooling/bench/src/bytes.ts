import { randomUUID } from 'node:crypto';

import { Part, TaskArtifactUpdateEvent } from '@a2a-js/sdk';
import { startRedisServer } from '@a2a-redis-internal/redis-server';

import { chunkEvent } from './agent.ts';
import type { Benchmark } from './benchmark.ts';
import { type ChunkTraffic, measureChunkTraffic } from './chunk-traffic.ts';
import { progress } from './progress.ts';
import { commandBytes, type SentCommand, wordBytes } from './recording-client.ts';
import { type Cell, figure, formatCell, type Requirement, type Table } from './report.ts';
import { CHUNK_BYTES } from './workload.ts';

const CHUNKS = 1000;

/** Bytes and round trips that a chunk costs. */
export const bytesBenchmark: Benchmark = async () => {
  progress(`bytes: streams of ${CHUNKS} and ${2 * CHUNKS} chunks to a server of their own`);
  await using server = await startRedisServer({ persistence: true, config: { appendfsync: 'no' } });
  const traffic = await measureChunkTraffic(server.url, CHUNKS);
  const json = jsonSizes();
  return {
    title: 'Bytes and round trips per chunk',
    notes: [
      `A stream of ${CHUNKS} chunks of ${CHUNK_BYTES} bytes. "The chunk's own JSON" is given in two readings: the A2A JSON of its part, which is all that the record must keep of it (${json.part} bytes), and the A2A JSON of the artifact-update event that brings it, which is what a client is sent (${json.event} bytes).`,
      `Counted in the client, word by word as commands travel: ${bytes(traffic.sentBytes)} for the whole stream. Counted by the server: ${bytes(traffic.receivedBytes)}.`,
    ],
    tables: [bytesTable(json, traffic), commandTable(traffic.lastSave), tripsTable(traffic)],
    requirements: requirements(json, traffic),
  };
};

interface JsonSizes {
  readonly part: number;
  readonly event: number;
}

function jsonSizes(): JsonSizes {
  const ids = { taskId: randomUUID(), contextId: randomUUID(), artifactId: randomUUID() };
  const event = chunkEvent(ids, CHUNKS - 1);
  const [part] = event.artifact?.parts ?? [];
  return {
    part: part === undefined ? 0 : Buffer.byteLength(JSON.stringify(Part.toJSON(part))),
    event: Buffer.byteLength(JSON.stringify(TaskArtifactUpdateEvent.toJSON(event))),
  };
}

function bytesTable(json: JsonSizes, { perChunk }: ChunkTraffic): Table {
  const row = (what: string, value: number): Cell[] => [
    what,
    figure(value, 'bytes'),
    figure(value / json.part, '×'),
    figure(value / json.event, '×'),
  ];
  return {
    caption: 'Bytes per chunk',
    columns: ['what', 'per chunk', "to the part's JSON", "to the event's JSON"],
    rows: [
      row("the part's JSON", json.part),
      row("the event's JSON", json.event),
      row('sent to save', perChunk.save),
      row('sent to load', perChunk.load),
      row('sent to load and save', perChunk.load + perChunk.save),
      row('added to the record, names and values', perChunk.content),
      row('added to the record, memory of the server', perChunk.memory),
      row('added to the append-only file, and sent to replicas', perChunk.appendOnlyFile),
      row('for comparison, hash of JSON: sent to save', perChunk.wholeJson),
    ],
  };
}

/** The words of a command, and what each costs: where the bytes of a save go. */
function commandTable(command: SentCommand): Table {
  const head = commandBytes(command) - command.reduce((sum, word) => sum + wordBytes(word), 0);
  return {
    caption: 'The command that saves the last chunk, word by word',
    columns: ['word', 'bytes', 'with its framing'],
    rows: [
      ['(number of words)', figure(0, 'bytes'), figure(head, 'bytes')],
      ...command.map((word): Cell[] => [
        word.length > 60 ? `${word.slice(0, 57)}...` : word,
        figure(Buffer.byteLength(word), 'bytes'),
        figure(wordBytes(word), 'bytes'),
      ]),
      ['all', figure(command.join('').length, 'bytes'), figure(commandBytes(command), 'bytes')],
    ],
  };
}

function tripsTable({ calls, commands, scriptCalls }: ChunkTraffic): Table {
  return {
    caption: `Round trips (the server counted ${scriptCalls} calls of scripts)`,
    columns: ['call', 'made', 'commands sent'],
    rows: [
      ['load', figure(calls.loads, 'count'), figure(commands.loads, 'count')],
      ['save', figure(calls.saves, 'count'), figure(commands.saves, 'count')],
    ],
  };
}

function requirements(json: JsonSizes, traffic: ChunkTraffic): Requirement[] {
  const { perChunk, calls, commands, scriptCalls } = traffic;
  return [
    bytesAtMost("sent to save, to the event's JSON", perChunk.save / json.event),
    bytesAtMost("sent to save, to the part's JSON", perChunk.save / json.part),
    bytesAtMost(
      "sent to load and save, to the event's JSON",
      (perChunk.load + perChunk.save) / json.event,
    ),
    bytesAtMost("added to the record, to the part's JSON", perChunk.content / json.part),
    oneTrip('load', commands.loads / calls.loads),
    oneTrip('save', commands.saves / calls.saves),
    oneTrip('load or save, counted by the server', scriptCalls / (calls.loads + calls.saves)),
  ];
}

function bytesAtMost(what: string, measured: number): Requirement {
  return { name: `bytes per chunk: ${what}`, bound: 'at most', limit: 1.5, unit: '×', measured };
}

function oneTrip(call: string, measured: number): Requirement {
  return { name: `round trips per ${call}`, bound: 'exactly', limit: 1, unit: 'count', measured };
}

function bytes(value: number): string {
  return formatCell(figure(value, 'bytes'));
}
