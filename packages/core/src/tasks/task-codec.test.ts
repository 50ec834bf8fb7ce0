import { Part } from '@a2a-js/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { message, part, status } from '../../test/task-arbitraries.ts';
import {
  decodeHeader,
  decodeMessage,
  decodeMetadata,
  decodePart,
  decodeStatus,
  encodeHeader,
  encodeMessage,
  encodeMetadata,
  encodePart,
  encodeStatus,
} from './task-codec.ts';

const where = { key: 'the key', field: 'the field' };
describe('the codec of stored values', () => {
  it('gives back parts, messages and statuses', () => {
    fc.assert(
      fc.property(part, message('m'), status, (onePart, oneMessage, oneStatus) => {
        expect(decodePart(encodePart(onePart), where)).toEqual(onePart);
        expect(decodeMessage(encodeMessage(oneMessage), where)).toEqual(oneMessage);
        expect(decodeStatus(encodeStatus(oneStatus), where)).toEqual(oneStatus);
      }),
    );
  });

  it('keeps a data part of null, in a message too', () => {
    const nothing = {
      content: { $case: 'data' as const, value: null },
      metadata: undefined,
      filename: '',
      mediaType: '',
    };
    expect(decodePart(encodePart(nothing), where)).toEqual(nothing);
    const holder = { ...emptyMessage, parts: [nothing] };
    expect(decodeMessage(encodeMessage(holder), where)).toEqual(holder);
    const holdingStatus = { state: 2, message: holder, timestamp: undefined };
    expect(decodeStatus(encodeStatus(holdingStatus), where)).toEqual(holdingStatus);
  });

  it('keeps a key called __proto__ as a key', () => {
    const metadata = JSON.parse('{"__proto__":{"polluted":true},"a":1}') as Record<string, never>;
    const decoded = decodeMetadata(encodeMetadata(metadata), where);
    expect(Object.keys(decoded ?? {})).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
  });

  it.each([
    '{"text":"a"}',
    '{"text":""}',
    '{"text":"a","filename":"f","mediaType":"m"}',
    '{"text":"a","media_type":"m"}',
    '{"text":"a","metadata":{"b":[1]}}',
    '{"text":"a","metadata":null,"filename":null,"mediaType":null}',
    '{"text":5,"filename":6,"mediaType":7}',
    '{"text":null,"url":"u"}',
    '{"url":"u","mediaType":"m"}',
    '{"raw":"AAE=","text":"a","unknown":1}',
    '{}',
  ])('reads the part %s as the SDK does, and freezes it', (json) => {
    const decoded = decodePart(json, where);
    expect(decoded).toStrictEqual(Part.fromJSON(JSON.parse(json)));
    expect([decoded, decoded.content].every((value) => Object.isFrozen(value))).toBe(true);
  });

  it('freezes what it reads', () => {
    expect(Object.isFrozen(decodeHeader(encodeHeader(emptyHeader), where))).toBe(true);
    expect(Object.isFrozen(decodePart('{"data":{"a":[1]}}', where).content?.value)).toBe(true);
  });

  it.each([
    ['a part of a message', (): unknown => decodeMessage('{"parts":[null]}', where)],
    ['a part that is a number', (): unknown => decodeMessage('{"parts":[5]}', where)],
    ['the message of a status', (): unknown => decodeStatus('{"message":[]}', where)],
    ['a part in a status', (): unknown => decodeStatus('{"message":{"parts":[null]}}', where)],
  ])('reports %s that is no object as corrupt', (_name, decode) => {
    expect(decode).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_RECORD',
        message: expect.stringContaining('not a JSON object'),
      }),
    );
  });

  it.each(['', 'not json', '[]', '"text"', 'null', '12'])('reports %j as corrupt', (stored) => {
    for (const decode of [decodePart, decodeMessage, decodeStatus, decodeHeader, decodeMetadata]) {
      expect(() => decode(stored, where)).toThrow(
        expect.objectContaining({
          code: 'CORRUPT_RECORD',
          message: expect.stringContaining('"the key", field "the field"'),
        }),
      );
    }
  });
});

const emptyMessage = {
  messageId: 'm',
  contextId: '',
  taskId: '',
  role: 1,
  parts: [],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
};

const emptyHeader = {
  artifactId: 'a',
  name: '',
  description: '',
  metadata: undefined,
  extensions: [],
};
