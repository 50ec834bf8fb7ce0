import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Message, Task, TaskArtifactUpdateEvent, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent } from '@a2a-js/sdk/server';

import { decodeEvent, encodeEvent } from './event-codec.ts';

/** JSON with the names that events have, at any place. */
const { anyJson } = fc.letrec((tie) => ({
  anyJson: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(null, 7, 'text', true),
    fc.array(tie('anyJson'), { maxLength: 2 }),
    fc.dictionary(
      fc.constantFrom(
        'artifact',
        'status',
        'message',
        'parts',
        'history',
        'raw',
        'data',
        'metadata',
      ),
      tie('anyJson'),
    ),
  ),
}));

const parts = [
  { text: 'a\nb "ü" 😀 ' },
  { raw: Buffer.from([0, 255, 10]).toString('base64'), mediaType: 'image/png' },
  { data: { deep: [null, 1, { x: 'y' }] }, metadata: { k: 'v' } },
  { url: 'https://example.org/a', filename: 'a' },
];
const message = Message.fromJSON({ messageId: 'm', role: 'ROLE_AGENT', parts });
const status = { state: 'TASK_STATE_WORKING', message: Message.toJSON(message) };

const events = [
  AgentEvent.message(message),
  AgentEvent.task(
    Task.fromJSON({ id: 't', contextId: 'c', status, history: [Message.toJSON(message)] }),
  ),
  AgentEvent.statusUpdate(
    TaskStatusUpdateEvent.fromJSON({ taskId: 't', contextId: 'c', status, metadata: { a: [1] } }),
  ),
  AgentEvent.artifactUpdate(
    TaskArtifactUpdateEvent.fromJSON({
      taskId: 't',
      contextId: 'c',
      artifact: { artifactId: 'a', parts },
      append: true,
      lastChunk: true,
    }),
  ),
];

describe('encodeEvent', () => {
  it.each(events)('writes $kind on one line, and reads it back', (event) => {
    const text = encodeEvent(event);
    expect(text).not.toContain('\n');
    expect(decodeEvent(text)).toEqual(event);
  });

  it.each([
    '',
    'm',
    'mnull',
    'q{}',
    's[',
    'z',
    'g12',
    'm7',
    'a{"artifact":{"parts":[null]}}',
    't{"history":[null]}',
    'm{"parts":[{"raw":7}]}',
    'm[1,2]',
    'm{"messageId":5}',
    'm{"role":"ROLE_NOBODY"}',
    'm{"parts":[{"text":"two","url":"kinds"}]}',
    's{"taskId":5,"status":{"state":"TASK_STATE_WORKING"}}',
    's{"taskId":"t","status":{"state":"NO_SUCH_STATE"}}',
    's{"taskId":"t","status":{"state":2}}',
    's{"taskId":"t","status":[]}',
    't{"id":"t","metadata":[]}',
    't{"id":"t","artifacts":{}}',
    't{"id":"t","artifacts":[{"parts":[{"raw":"no base64!"}]}]}',
    'a{"artifact":[]}',
    'a{"artifact":{"parts":"text"}}',
    'a{"artifact":{},"append":"yes"}',
    'a{"artifact":{},"lastChunk":1}',
  ])('does not read %j', (text) => {
    expect(decodeEvent(text)).toBeUndefined();
  });

  it('never throws, whatever it reads', () => {
    fc.assert(
      fc.property(fc.constantFrom('m', 't', 's', 'a'), anyJson, (kind, json) => {
        expect(() => decodeEvent(kind + JSON.stringify(json))).not.toThrow();
      }),
    );
  });

  it('refuses what is no event', () => {
    expect(() => encodeEvent({ kind: 'other' } as never)).toThrow(TypeError);
  });
});
