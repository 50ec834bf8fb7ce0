import { describe, expect, it } from 'vitest';

import { missingRight } from './missing-right.ts';

const SOURCE =
  "local a = 1\nredis.call('HSET', KEYS[1], 'f', a)\nredis.call(ARGV[1], ARGV[2], 'm')";

describe('what a server refuses', () => {
  it.each<[string, string, string]>([
    [
      'a command, since Redis 7',
      "NOPERM this user has no permissions to run the 'xgroup|create' command",
      'run XGROUP CREATE: it needs +xgroup|create.',
    ],
    [
      'a command, as scripts ask for it',
      'ERR NOPERM The user may not run XINFO GROUPS script: ab, on @user_script:3.',
      'run XINFO GROUPS: it needs +xinfo|groups.',
    ],
    [
      'a command on a line of a script, before Redis 7.2',
      "ERR The user executing the script can't run this command or subcommand script: ab, on @user_script:2.",
      'run HSET: it needs +hset.',
    ],
    [
      'a command that is an argument',
      "ERR The user executing the script can't run this command or subcommand script: ab, on @user_script:3.",
      'run SPUBLISH: it needs +spublish.',
    ],
    [
      'a channel',
      'ERR NOPERM The user may not run PUBLISH on channel a:{b}:events script: ab, on @user_script:3.',
      'run PUBLISH on channel "a:{b}:events": it needs +publish, and a pattern such as &a:{b}:events.',
    ],
    [
      'keys that begin alike',
      'NOPERM this user has no permissions to access one of the keys used as arguments',
      'access key "a:{b}:x" (of 2 keys): it needs a pattern such as ~a:{b}:x.',
    ],
  ])('is named: %s', (_what, reply, detail) => {
    const call = { reply, source: SOURCE, names: ['a:{b}:x', 'a:{b}:y'], args: ['SPUBLISH', 'c'] };
    expect(missingRight(call)?.detail).toBe(`The user of the client may not ${detail}`);
  });

  it('is one of the keys, which may be of several packages: one of each is named', () => {
    const reply = 'NOPERM this user has no permissions to access one of the keys used as arguments';
    const names = ['a2a:delivery:{t}:lanes', 'a2a:delivery:{t}:events', 'a2a:push:{t}:configs'];
    expect(missingRight({ reply, names })).toEqual({
      what: 'access a key',
      detail:
        'The user of the client may not access key "a2a:delivery:{t}:lanes" or "a2a:push:{t}:configs" (of 3 keys): it needs patterns such as ~a2a:delivery:{t}:lanes and ~a2a:push:{t}:configs.',
    });
  });

  it('for another reason is no missing right', () => {
    expect(missingRight({ reply: 'OOM command not allowed' })).toBeUndefined();
  });
});
