import { Part } from '@a2a-js/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { message, part, status } from '../../../test/task-arbitraries.ts';
import { copyMessage } from './a2a-values.ts';
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

  it('reads an empty text where a list that was copied has a hole', () => {
    const extensions: string[] = [];
    extensions[1] = 'urn:x';
    const stored = encodeMessage(copyMessage({ ...emptyMessage, extensions }, true));
    expect(decodeMessage(stored, where).extensions).toEqual(['', 'urn:x']);
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
    '{"text":null,"url":"u"}',
    '{"url":"u","mediaType":"m"}',
    '{"raw":"AAE=","unknown":1}',
    '{"raw":"AAE=","text":null}',
    '{"text":"a","url":null,"raw":null}',
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

  it.each<[decode: (text: string, place: typeof where) => unknown, text: string, fault: string]>([
    [decodePart, '{"text":5}', 'text: not a text'],
    [decodePart, '{"text":"a","filename":6}', 'filename: not a text'],
    [decodePart, '{"text":"a","mediaType":7}', 'mediaType: not a text'],
    [decodePart, '{"text":"a","media_type":7}', 'media_type: not a text'],
    [decodePart, '{"text":"a","metadata":[]}', 'metadata: not a JSON object'],
    [decodePart, '{"text":"a","url":"u"}', 'more than one kind of content'],
    [decodePart, '{"text":"a","raw":"AAE="}', 'more than one kind of content'],
    [decodePart, '{"text":"a","data":{}}', 'more than one kind of content'],
    [decodePart, '{"raw":"no base64!"}', 'raw: not bytes in base64'],
    [decodePart, `{"data":${'['.repeat(201)}${']'.repeat(201)}}`, 'not what a task holds'],
    [decodeMessage, '{"messageId":12345}', 'messageId: not a text'],
    [decodeMessage, '{"parts":"oops"}', 'parts: not a list'],
    [decodeMessage, '{"parts":[null]}', 'parts[0]: not a JSON object'],
    [decodeMessage, '{"parts":[{},{"text":5}]}', 'parts[1].text: not a text'],
    [decodeStatus, '{"state":99}', 'state: not a member of its enumeration'],
    [decodeStatus, '{"message":[]}', 'message: not a JSON object'],
    [decodeStatus, '{"message":{"parts":[5]}}', 'message.parts[0]: not a JSON object'],
    [decodeHeader, '{"name":5}', 'name: not a text'],
    [decodeMetadata, '[]', 'not a JSON object'],
  ])('reports as corrupt, by %o: %s', (decode, text, fault) => {
    expect(() => decode(text, where)).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_RECORD',
        message: 'A stored record cannot be read.',
        detail: `Record "the key", field "the field": ${fault}.`,
      }),
    );
  });

  it('reads a header beside which there are parts', () => {
    expect(decodeHeader('{"artifactId":"a","parts":[null]}', where)).toEqual(emptyHeader);
  });

  it.each(['', 'not json', '[]', '"text"', 'null', '12'])('reports %j as corrupt', (stored) => {
    for (const decode of [decodePart, decodeMessage, decodeStatus, decodeHeader, decodeMetadata]) {
      expect(() => decode(stored, where)).toThrow(
        expect.objectContaining({
          code: 'CORRUPT_RECORD',
          message: 'A stored record cannot be read.',
          detail: expect.stringContaining('"the key", field "the field"'),
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
