import type { Damage, Damages } from '@a2a-redis-internal/contract/redis-task-stores';

/**
 * The field that the error names, and the damage: what that field holds or which fields are set;
 * nothing where the field is removed.
 */
const ROWS: Readonly<
  Record<string, readonly [field: string, damage?: string | Readonly<Record<string, string>>]>
> = {
  'no version': ['v'],
  'a version that is none': ['v', 'many'],
  'a version too short': ['v', '12'],
  'no id': ['i'],
  'the id of another task': ['i', 'other'],
  'no context id': ['c'],
  'no length of the history': ['h'],
  'a history longer than there are messages': ['h:0', { h: '1' }],
  'no number of artifacts': ['a'],
  'a negative number of artifacts': ['a', '-1'],
  'a number of artifacts that is none': ['a', 'two'],
  'a number of artifacts beyond all bounds': ['a', '99999999999'],
  'more artifacts than there are': ['a:1', { a: '2' }],
  'no artifact': ['a:0'],
  'an artifact that is not JSON': ['a:0', '{"artifactId":"a"'],
  'events that are none': ['e:publisher', '1-'],
  'events out of order that are none': ['e:publisher', '2 [[2]]'],
  'no number of parts': ['n:0'],
  'more parts than there are': ['p:0:2', { 'n:0': '3' }],
  'no part in the middle': ['p:0:0'],
  'a part that is not JSON': ['p:0:1', '{"text":'],
  'a part that is no object': ['p:0:1', '"two"'],
  'a part whose text is a number': ['p:0:1', '{"text":5}'],
  'a part of a text and a url': ['p:0:1', '{"text":"two","url":"https://host.example"}'],
  'a part of bytes that are not base64': ['p:0:1', '{"raw":"no base64!"}'],
  'a part deeper than a task can be': ['p:0:1', `{"data":${'['.repeat(201)}${']'.repeat(201)}}`],
  'an artifact whose name is a list': ['a:0', '{"artifactId":"a","name":["b"]}'],
  'a message whose id is a number': ['h:0', { h: '1', 'h:0': '{"messageId":12345}' }],
  'a message of parts that are no list': [
    'h:0',
    { h: '1', 'h:0': '{"messageId":"m","parts":"oops"}' },
  ],
  'a state that is a number': ['s', '{"state":99}'],
  'a state of an unknown name': ['s', '{"state":"TASK_STATE_BUSY"}'],
  'a status that is not JSON': ['s', ''],
  'a status that is no object': ['s', '[]'],
  'metadata that is no object': ['m', 'null'],
};

function damageOf([field, damage]: (typeof ROWS)[string]): Damage {
  return {
    field,
    damage: async (client, record) => {
      if (damage === undefined) return client.hDel(record, field);
      return client.hSet(record, typeof damage === 'string' ? { [field]: damage } : damage);
    },
  };
}

/** How hashes can be damaged. */
export const DAMAGES: Damages = {
  versionField: 'v',
  kinds: Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, damageOf(row)])),
  hidden: {
    text: 's3cret',
    damage: async (client, record) => client.hSet(record, 'p:0:1', '{"text":"s3cret" "'),
  },
  damageHistory: async (client, record) => client.hSet(record, 'h', 'none'),
};
