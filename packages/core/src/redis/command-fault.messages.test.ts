import { describe, expect, it } from 'vitest';

import { CallError, commandFault, whatServerLacks } from './command-fault.ts';

describe('commandFault: errors that are told by their message', () => {
  class Renamed extends Error {}

  it.each([
    ['unsent', 'The client is offline'],
    ['unsent', 'Connection timeout'],
    ['unsent', 'All the root nodes are unavailable'],
    ['unsent', 'Cannot find node 10.0.0.1:6379'],
    ['unknown', 'Socket closed unexpectedly'],
    ['unknown', 'Disconnects client'],
    ['unknown', ''],
    ['unknown', "Socket timeout timeout. Expecting data, but didn't receive any in 30000ms."],
    ['unknown', 'Command timeout during maintenance. Waited to write command for more than 5ms.'],
    ['unknown', 'None of the sentinels are available'],
    ['unknown', 'no valid master node'],
    ['closed', 'The client is closed'],
    ['busy', 'MOVED 3999 127.0.0.1:6381'],
    ['busy', 'ASK 3999 127.0.0.1:6381'],
    ['busy', 'TRYAGAIN Multiple keys request during rehashing of slot'],
    ['busy', 'LOADING Redis is loading the dataset in memory'],
    ['busy', 'Too many Cluster redirections'],
    ['busy', 'ERR max number of clients reached'],
    ['busy', 'ERR max number of clients + cluster connections reached'],
    [
      'busy',
      "ERR Error running script (call to f_4ca2): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.",
    ],
    ['refused', 'ERR Error running script (call to f_4ca2): @user_script:1: attempt to index'],
    ['locked-out', 'WRONGPASS invalid username-password pair or user is disabled.'],
    ['locked-out', 'NOAUTH Authentication required.'],
    ['refused', 'NOPERM this user has no permissions to run the command'],
    ['refused', 'BUSYGROUP Consumer Group name already exists'],
    ['refused', 'ERR unknown command'],
    ['other', 'Something else'],
    ['other', 'constructor'],
  ])('%s: %s', (fault, message) => {
    expect(commandFault(new Renamed(message))).toBe(fault);
  });

  it.each(['unsent', 'unknown', 'busy', 'closed'] as const)(
    '%s: a client that says so',
    (fault) => {
      // Of another copy of core, by which a process may have it.
      const foreign = Object.assign(new Error('Said otherwise'), { name: 'CallError', fault });
      expect(commandFault(new CallError(fault, 'Said otherwise'))).toBe(fault);
      expect(commandFault(foreign)).toBe(fault);
    },
  );

  it('other: what is no error at all', () => {
    expect([commandFault('text'), commandFault(undefined), commandFault({})]).toEqual([
      'other',
      'other',
      'other',
    ]);
  });

  it('unsent where every address of a host refused, unknown where a working socket broke', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    const all = Object.assign(new AggregateError([refused, refused]), { code: 'ECONNREFUSED' });
    const broken = Object.assign(new Error('read ETIMEDOUT'), {
      code: 'ETIMEDOUT',
      syscall: 'read',
    });
    expect([all, broken].map(commandFault)).toEqual(['unsent', 'unknown']);
  });
});

/** The fault and what it was judged by; `none` when the promise resolves. */

describe('whatServerLacks', () => {
  const NO_SCRIPTS = 'it runs no scripts, as EVAL and EVALSHA are disabled or renamed';
  const NO_COMMAND = 'it lacks a command that the script calls';

  it.each([
    [NO_SCRIPTS, "ERR unknown command 'EVALSHA', with args beginning with: 'a' '0' "],
    [NO_SCRIPTS, 'ERR unknown command `EVAL`, with args beginning with: `a`, `0`, '],
    [
      NO_COMMAND,
      'ERR Error running script (call to f_b4e5): @user_script:1: @user_script: 1: Unknown Redis command called from Lua script',
    ],
    [NO_COMMAND, 'ERR Unknown Redis command called from script script: b4e5, on @user_script:1.'],
    // Valkey 8 and 9.
    [NO_COMMAND, 'ERR Unknown command called from script script: b4e5, on @user_script:1.'],
    [NO_COMMAND, 'ERR Unknown command called from script script: on @user_script:1.'],
    [undefined, "ERR unknown command 'HSET', with args beginning with: 'a' "],
    [undefined, 'OOM command not allowed when used memory'],
  ])('%s: %s', (lacking, reply) => {
    expect(whatServerLacks(reply)).toBe(lacking);
  });
});
