import { expect, test } from 'vitest';

import { DOCUMENTS, readDocument, rulesIn, withRules } from './documents.ts';
import { calledCommands } from './script-commands.ts';

test.each(DOCUMENTS)('$path tells the rights that the packages need now', (document) => {
  const text = readDocument(document.path);
  expect(withRules(document, text)).toBe(text);
});

test('the rules of a document are those of one layout', () => {
  const single = rulesIn('packages/pubsub-queue/README.md', 'single');
  const cluster = rulesIn('packages/pubsub-queue/README.md', 'cluster');
  expect(single.slice(0, 3)).toEqual(['~a2a:queues:*', '&a2a:queues:*', '+client|setname']);
  expect(single.filter((rule) => !cluster.includes(rule))).toEqual([
    '+publish',
    '+pubsub|numsub',
    '+select',
    '+subscribe',
    '+unsubscribe',
  ]);
});

test('finds each way in which a script calls commands', () => {
  const source = `
    -- redis.call('COMMENTED', KEYS[1])
    local a = redis.call('GET', KEYS[1]) == redis.pcall(
      'SET', KEYS[1], 'VALUE'
    )
    read_key('HGET', KEYS[1], 'FIELD')
    redis.call('XGROUP', 'CREATE', KEYS[1])
    redis.call('PUBSUB', ARGV[9], KEYS[1])
    local command = i == 0 and 'HLEN' or 'ZCARD'
    local size = redis.pcall(command, KEYS[1])
    local step = { command = { 'JSON.SET', KEYS[1] } }
    redis.call(unpack(step.command))
    redis.call(ARGV[4], ARGV[3], 'C')`;
  expect(calledCommands(source)).toEqual({
    commands: [
      'GET',
      'HGET',
      'HLEN',
      'JSON.SET',
      'PUBSUB NUMSUB',
      'PUBSUB SHARDNUMSUB',
      'SET',
      'XGROUP CREATE',
      'ZCARD',
    ],
    unspelled: ['ARGV[4]', 'unpack(step.command)'],
  });
});
