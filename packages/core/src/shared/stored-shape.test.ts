import { Role, TaskState } from '@a2a-js/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { artifact, message, part, status } from '../../test/task-arbitraries.ts';
import {
  HEADER_SHAPE,
  MESSAGE_SHAPE,
  METADATA_SHAPE,
  PART_SHAPE,
  type Shape,
  type ShapeFault,
  STATUS_SHAPE,
} from './stored-shape.ts';
import {
  encodeHeader,
  encodeMessage,
  encodePart,
  encodeStatus,
} from '../task-store/model/task-codec.ts';

/** Every value that the types of the SDK have, -1 included, which a store saves as well. */
const roles = fc.constantFrom(...valuesOf<Role>(Role));
const states = fc.constantFrom(...valuesOf<TaskState>(TaskState));
const anyMessage = fc
  .tuple(message('m'), roles, fc.constantFrom('', 'm'))
  .map(([fields, role, messageId]) => ({ ...fields, role, messageId }));
const anyStatus = fc
  .tuple(status, states, fc.option(anyMessage, { nil: undefined }), fc.constantFrom('', 'today'))
  .map(([fields, state, held, timestamp]) => ({ ...fields, state, message: held, timestamp }));

function valuesOf<T>(members: Readonly<Record<string, unknown>>): T[] {
  return Object.values(members).filter((value): value is T & number => typeof value === 'number');
}

function faultIn(shape: Shape, text: string): ShapeFault | undefined {
  return shape(JSON.parse(text));
}

describe('the shape of stored values', () => {
  it('is that of whatever is encoded', () => {
    fc.assert(
      fc.property(part, anyMessage, anyStatus, artifact('a'), (onePart, oneMessage, one, held) => {
        expect(faultIn(PART_SHAPE, encodePart(onePart))).toBeUndefined();
        expect(faultIn(MESSAGE_SHAPE, encodeMessage(oneMessage))).toBeUndefined();
        expect(faultIn(STATUS_SHAPE, encodeStatus(one))).toBeUndefined();
        expect(faultIn(HEADER_SHAPE, encodeHeader(held))).toBeUndefined();
      }),
    );
  });

  it('is that of no part whose content was replaced by a value of another type', () => {
    const wrong = fc.constantFrom<unknown>(0, 5, true, [], ['a'], {}, { a: 'a' });
    const member = fc.constantFrom('text', 'url', 'raw', 'filename', 'mediaType', 'media_type');
    fc.assert(
      fc.property(member, wrong, (name, value) => {
        expect(PART_SHAPE({ [name]: value })?.path).toBe(name);
      }),
    );
  });

  it('is that of bytes in base64 as they are written, and of no other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 9 }), (raw) => {
        const isWritten = Buffer.from(raw, 'base64').toString('base64') === raw;
        expect(PART_SHAPE({ raw }) === undefined).toBe(isWritten);
      }),
    );
    for (const raw of ['', 'AA==', 'AAE=', 'AAEC', '+/+/']) {
      expect(PART_SHAPE({ raw })).toBeUndefined();
    }
    for (const raw of ['A', 'AA', 'AA=', 'AAE', 'AB==', 'AA E', '-_-_', 'AAE=AAE=', '!!!!']) {
      expect(PART_SHAPE({ raw })).toEqual({ path: 'raw', problem: 'not bytes in base64' });
    }
  });

  it.each<[name: string, shape: Shape, text: string]>([
    ['nothing', PART_SHAPE, '{}'],
    ['members that are null', PART_SHAPE, '{"text":null,"url":"u","metadata":null,"raw":null}'],
    ['data of any kind', PART_SHAPE, '{"data":[{"text":5}]}'],
    ['data of null', PART_SHAPE, '{"data":null,"text":null}'],
    ['members that are not known', PART_SHAPE, '{"text":"a","toString":1,"__proto__":{"text":5}}'],
    ['a message of nothing', MESSAGE_SHAPE, '{}'],
    ['lists that are null', MESSAGE_SHAPE, '{"parts":null,"extensions":null}'],
    ['the role that is none', MESSAGE_SHAPE, '{"role":"UNRECOGNIZED"}'],
    ['names as in protobuf', MESSAGE_SHAPE, '{"message_id":"m","reference_task_ids":["t"]}'],
    ['a status of nothing', STATUS_SHAPE, '{}'],
    ['the state that is none', STATUS_SHAPE, '{"state":"UNRECOGNIZED","message":null}'],
    ['a state without a meaning', STATUS_SHAPE, '{"state":"TASK_STATE_UNSPECIFIED"}'],
    ['an empty id of an artifact', HEADER_SHAPE, '{"artifactId":""}'],
    ['parts beside a header', HEADER_SHAPE, '{"artifactId":"a","parts":[null]}'],
    ['metadata', METADATA_SHAPE, '{"a":[null]}'],
  ])('allows %s', (_name, shape, text) => {
    expect(faultIn(shape, text)).toBeUndefined();
  });

  it.each<[shape: string, text: string, path: string, problem: string]>([
    ['part', '5', '', 'not a JSON object'],
    ['part', '{"text":5}', 'text', 'not a text'],
    ['part', '{"url":{}}', 'url', 'not a text'],
    ['part', '{"raw":[0,1]}', 'raw', 'not bytes in base64'],
    ['part', '{"text":"a","metadata":[]}', 'metadata', 'not a JSON object'],
    ['part', '{"text":"a","metadata":"b"}', 'metadata', 'not a JSON object'],
    ['part', '{"text":"a","filename":6}', 'filename', 'not a text'],
    ['part', '{"text":"a","media_type":7}', 'media_type', 'not a text'],
    ['part', '{"text":"a","url":"u"}', '', 'more than one kind of content'],
    ['part', '{"raw":"AAE=","text":"a"}', '', 'more than one kind of content'],
    ['part', '{"text":"a","data":null}', '', 'more than one kind of content'],
    ['message', '{"messageId":12345}', 'messageId', 'not a text'],
    ['message', '{"message_id":12345}', 'message_id', 'not a text'],
    ['message', '{"contextId":[]}', 'contextId', 'not a text'],
    ['message', '{"taskId":false}', 'taskId', 'not a text'],
    ['message', '{"role":"ROLE_NONE"}', 'role', 'not a member of its enumeration'],
    ['message', '{"role":"0"}', 'role', 'not a member of its enumeration'],
    ['message', '{"role":9}', 'role', 'not a member of its enumeration'],
    ['message', '{"parts":"oops"}', 'parts', 'not a list'],
    ['message', '{"parts":{}}', 'parts', 'not a list'],
    ['message', '{"parts":[{},null]}', 'parts[1]', 'not a JSON object'],
    ['message', '{"parts":[{},{"text":5}]}', 'parts[1].text', 'not a text'],
    ['message', '{"parts":[{"text":"","raw":""}]}', 'parts[0]', 'more than one kind of content'],
    ['message', '{"metadata":1}', 'metadata', 'not a JSON object'],
    ['message', '{"extensions":"urn:x"}', 'extensions', 'not a list'],
    ['message', '{"extensions":["a",1]}', 'extensions[1]', 'not a text'],
    ['message', '{"referenceTaskIds":[null]}', 'referenceTaskIds[0]', 'not a text'],
    ['status', '{"state":99}', 'state', 'not a member of its enumeration'],
    ['status', '{"state":"working"}', 'state', 'not a member of its enumeration'],
    ['status', '{"state":"toString"}', 'state', 'not a member of its enumeration'],
    ['status', '{"timestamp":0}', 'timestamp', 'not a text'],
    ['status', '{"message":"hello"}', 'message', 'not a JSON object'],
    ['status', '{"message":{"parts":[{"url":1}]}}', 'message.parts[0].url', 'not a text'],
    ['header', '{"artifactId":1}', 'artifactId', 'not a text'],
    ['header', '{"name":{}}', 'name', 'not a text'],
    ['header', '{"description":[]}', 'description', 'not a text'],
    ['header', '{"metadata":[]}', 'metadata', 'not a JSON object'],
    ['header', '{"extensions":[{}]}', 'extensions[0]', 'not a text'],
    ['metadata', '[]', '', 'not a JSON object'],
  ])('of a %s is not that of %s', (name, text, path, problem) => {
    expect(faultIn(SHAPES[name] ?? PART_SHAPE, text)).toEqual({ path, problem });
  });
});

const SHAPES: Readonly<Record<string, Shape>> = {
  message: MESSAGE_SHAPE,
  status: STATUS_SHAPE,
  header: HEADER_SHAPE,
  metadata: METADATA_SHAPE,
};
