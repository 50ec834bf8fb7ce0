import { describe, expect, it } from 'vitest';

import { endpointOfUrl, parseReplies } from './resp.ts';

describe('replies', () => {
  const data = Buffer.from(
    '+OK\r\n:12\r\n$6\r\na\r\n€\r\n$0\r\n\r\n*2\r\n*2\r\n$1\r\na\r\n:1\r\n+b\r\n*0\r\n',
  );
  const replies = ['OK', '12', 'a\r\n€', '', 'a\n1\nb', ''];

  it('are read once they are complete, wherever the data is cut', () => {
    expect(parseReplies(data, 6)).toEqual(replies);
    for (let length = 0; length < data.length; length += 1) {
      expect(parseReplies(data.subarray(0, length), 6)).toBe(undefined);
    }
  });

  it('that are errors are thrown', () => {
    const error = Buffer.from('+OK\r\n-ERR no such thing\r\n');
    expect(() => parseReplies(error, 2)).toThrow('ERR no such thing');
  });

  it('of other types are refused', () => {
    expect(() => parseReplies(Buffer.from('%1\r\n+a\r\n+OK\r\n'), 1)).toThrow('unexpected reply');
  });
});

describe('the endpoint of a URL', () => {
  it('has everything that the URL says', () => {
    expect(endpointOfUrl('rediss://me:p%40ss@[::1]:7000/2')).toEqual({
      host: '::1',
      port: 7000,
      tls: true,
      username: 'me',
      password: 'p@ss',
    });
    expect(endpointOfUrl('redis://host')).toEqual({ host: 'host', port: 6379, tls: false });
  });

  it('is not that of another protocol', () => {
    expect(() => endpointOfUrl('http://host')).toThrow('expected a redis: or rediss: URL');
  });
});
