import { describe, expect, it } from 'vitest';

import { A2ARedisError } from '../shared/errors.ts';
import { parseRedisUrl } from './parse-redis-url.ts';

const tcp = {
  address: { host: 'h', port: 6379 },
  tls: false,
  username: undefined,
  password: undefined,
  database: undefined,
};

describe('parseRedisUrl', () => {
  it.each([
    ['redis://h', tcp],
    ['REDIS://h:7000/', { ...tcp, address: { host: 'h', port: 7000 } }],
    ['redis://h/0', { ...tcp, database: 0 }],
    ['rediss://h:6380/15', { ...tcp, address: { host: 'h', port: 6380 }, tls: true, database: 15 }],
    ['redis://[::1]:6379', { ...tcp, address: { host: '::1', port: 6379 } }],
    ['redis://me@h', { ...tcp, username: 'me' }],
    ['redis://:p%40ss%2Fw%23%3F@h', { ...tcp, password: 'p@ss/w#?' }],
    ['redis://me:s%C3%A4fe@h', { ...tcp, username: 'me', password: 'säfe' }],
    ['unix:///run/redis.sock', { ...tcp, address: { path: '/run/redis.sock' } }],
    [
      'unix://me:pw@/run/my%20redis.sock?db=4',
      {
        ...tcp,
        address: { path: '/run/my redis.sock' },
        username: 'me',
        password: 'pw',
        database: 4,
      },
    ],
  ])('reads %s', (text, parsed) => {
    expect(parseRedisUrl(text, 'url')).toEqual(parsed);
  });

  it.each([
    ['', 'is not a URL: it must start with redis://, rediss:// or unix://'],
    ['localhost:6379', 'is not a URL: it must start with redis://, rediss:// or unix://'],
    ['http://h', 'must start with redis://, rediss:// or unix://, not http://'],
    ['redis:///0', 'names no host'],
    ['redis://h:0', 'has port 0; ports are 1 to 65535'],
    ['redis://h/one', 'has a path that is not a database number'],
    ['redis://h/-1', 'has a path that is not a database number'],
    ['redis://h/1/2', 'has a path that is not a database number'],
    ['unix://run/redis.sock', 'must hold an absolute path after unix://'],
    ['redis://:%zz@h', 'holds a "%" that is not followed by two hexadecimal digits'],
    [7, 'must be a URL, not a number'],
  ])('refuses %s', (text, problem) => {
    expect(() => parseRedisUrl(text, 'url')).toThrow(
      new A2ARedisError('INVALID_OPTION', `Option "url" ${problem}.`),
    );
  });

  it.each([
    'redis://:s3cret@h:99999',
    'redis://:s3cret@h:port',
    'redis://:s3cret#@h',
    'redis://:s3cret/@h',
    'redis://:s3cret?@h',
    'redis://u:12#s3cret@h',
    'redis://u:12?s3cret@h',
    'redis://u:12/s3cret@h',
    'redis://:s3cret@h/1?ssl=true',
    'redis://:s3cret@h/x',
    'http://:s3cret@h',
    's3cret@h',
    'unix://:s3cret@run',
    'unix://:s3cret@/run?database=1',
    'redis://:s3cret%@h',
  ])('shows no part of the password of %s', (text) => {
    const error = thrownBy(() => parseRedisUrl(text, 'url'));
    expect(error).toHaveProperty('code', 'INVALID_OPTION');
    expect(error.cause).toBeUndefined();
    expect(error.message).not.toContain('s3cret');
  });
});

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('It did not throw an error.');
}
