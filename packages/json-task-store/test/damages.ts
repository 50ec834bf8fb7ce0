import type { Damages } from '@a2a-redis-internal/contract/redis-task-stores';
import type { RedisClientType } from 'redis';

/** The field that the error names, and what is set at a path; nothing where it is removed. */
const ROWS: Readonly<Record<string, readonly [field: string, path: string, value?: string]>> = {
  'no member of the store': ['$._store.version', '$._store'],
  'no version': ['$._store.version', '$._store.version'],
  'a version that is a number': ['$._store.version', '$._store.version', '1'],
  'a version that is none': ['$._store.version', '$._store.version', '"many"'],
  'a version too short': ['$._store.version', '$._store.version', '"12"'],
  'a member of the store that is a list': ['$._store.version', '$._store', '[]'],
  'no id': ['$.id', '$.id'],
  'the id of another task': ['$.id', '$.id', '"other"'],
  'an id that is a number': ['$.id', '$.id', '5'],
  'no context id': ['$.contextId', '$.contextId'],
  'a context id that is a list': ['$.contextId', '$.contextId', '[]'],
  'no history': ['$.history', '$.history'],
  'a history that is an object': ['$.history', '$.history', '{}'],
  'a message that is a text': ['$.history[0]', '$.history', '["hello"]'],
  'a message of parts that are no list': [
    '$.history[0].parts',
    '$.history',
    '[{"messageId":"m","parts":{}}]',
  ],
  'a role that is a list': ['$.history[0].role', '$.history', '[{"messageId":"m","role":[1]}]'],
  'a message whose id is a number': [
    '$.history[0].messageId',
    '$.history',
    '[{"messageId":12345}]',
  ],
  'a message of parts that are a text': [
    '$.history[0].parts',
    '$.history',
    '[{"messageId":"m","parts":"oops"}]',
  ],
  'a text in a message that is a number': [
    '$.history[0].parts[1].text',
    '$.history',
    '[{"messageId":"m","parts":[{},{"text":5}]}]',
  ],
  'no artifacts': ['$.artifacts', '$.artifacts'],
  'artifacts that are an object': ['$.artifacts', '$.artifacts', '{}'],
  'an artifact that is null': ['$.artifacts[0]', '$.artifacts', '[null]'],
  'no parts': ['$.artifacts[0].parts', '$.artifacts[0].parts'],
  'parts that are a text': ['$.artifacts[0].parts', '$.artifacts[0].parts', '"two"'],
  'a part that is a text': ['$.artifacts[0].parts[1]', '$.artifacts[0].parts[1]', '"two"'],
  'a part that is a list': ['$.artifacts[0].parts[1]', '$.artifacts[0].parts[1]', '[]'],
  'an artifact whose name is a list': ['$.artifacts[0].name', '$.artifacts[0].name', '["a"]'],
  'an artifact whose metadata is a list': [
    '$.artifacts[0].metadata',
    '$.artifacts[0].metadata',
    '[]',
  ],
  'a part whose text is a number': [
    '$.artifacts[0].parts[1].text',
    '$.artifacts[0].parts[1].text',
    '5',
  ],
  'a part of a text and a url': [
    '$.artifacts[0].parts[1]',
    '$.artifacts[0].parts[1].url',
    '"https://host.example"',
  ],
  'a part of bytes that are not base64': [
    '$.artifacts[0].parts[1].raw',
    '$.artifacts[0].parts[1]',
    '{"raw":"no base64!"}',
  ],
  'a status that is null': ['$.status', '$.status', 'null'],
  'a status that is a list': ['$.status', '$.status', '[]'],
  'a state that is none': ['$.status.state', '$.status.state', '"working"'],
  'a state that is a number': ['$.status.state', '$.status.state', '99'],
  'a timestamp that is a number': ['$.status.timestamp', '$.status.timestamp', '0'],
  'a status message that is a text': ['$.status.message', '$.status.message', '"hello"'],
  'a text in a status message that is a list': [
    '$.status.message.parts[0].text',
    '$.status.message',
    '{"parts":[{"text":[]}]}',
  ],
  'events that are a list': ['$._store.events', '$._store.events', '[]'],
  'events of no publisher': ['$._store.events', '$._store.events', '{"p:1;q":"2"}'],
  'events that are a number': ['$._store.events["p"]', '$._store.events', '{"p":1}'],
  'events that are none': ['$._store.events["p"]', '$._store.events', '{"p":"1-"}'],
  'events out of order that are none': [
    '$._store.events["p"]',
    '$._store.events',
    '{"p":"2 [[2]]"}',
  ],
  'metadata that is null': ['$.metadata', '$.metadata', 'null'],
  'metadata that is a list': ['$.metadata', '$.metadata', '[]'],
};

/** Sets what is at a path of a document, or removes it. */
export async function setJson(
  client: RedisClientType,
  key: string,
  path: string,
  json?: string,
): Promise<unknown> {
  const command = json === undefined ? ['JSON.DEL', key, path] : ['JSON.SET', key, path, json];
  return client.sendCommand(command);
}

/** How documents can be damaged. */
export const DAMAGES: Damages = {
  versionField: '$._store.version',
  kinds: Object.fromEntries(
    Object.entries(ROWS).map(([name, [field, path, json]]) => [
      name,
      { field, damage: async (client, record) => setJson(client, record, path, json) },
    ]),
  ),
  hidden: {
    text: 's3cret',
    damage: async (client, record) =>
      setJson(client, record, '$.artifacts[0].parts[1]', '"s3cret"'),
  },
  damageHistory: async (client, record) => setJson(client, record, '$.history', '5'),
};
