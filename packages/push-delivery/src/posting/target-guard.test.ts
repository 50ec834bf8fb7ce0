import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { TargetGuard } from './target-guard.ts';
import { readTargetOptions, type WebhookTargetOptions } from './target-options.ts';

function guardOf(options: WebhookTargetOptions = {}): TargetGuard {
  return new TargetGuard(readTargetOptions(options, 'targets.'));
}

const guard = guardOf();

describe('a URL', () => {
  test.each([
    'https://client.example/hook',
    'https://client.example:443/hook?key=value#part',
    'https://CLIENT.example./',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'https://xn--bcher-kva.example/',
    ' https://client.example/ ',
    'https://@client.example/',
    'https://localhost.example/',
    'https://notlocalhost/',
  ])('may be %s', (url) => {
    expect(guard.refusalOf(url)).toBeUndefined();
  });

  test.each([
    ['', 'no absolute URL'],
    ['/hook', 'no absolute URL'],
    ['client.example/hook', 'no absolute URL'],
    ['https://', 'no absolute URL'],
    ['https://client.example:99999/', 'no absolute URL'],
    ['https://[fe80::1%25eth0]/', 'no absolute URL'],
    ['http://client.example/', 'begin with https:.'],
    ['HTTP://client.example/', 'begin with https:.'],
    ['ftp://client.example/', 'begin with https:.'],
    ['file:///etc/passwd', 'begin with https:.'],
    ['javascript:alert(1)', 'begin with https:.'],
    ['data:text/plain,hello', 'begin with https:.'],
    ['https://user@client.example/', 'credentials'],
    ['https://:pass@client.example/', 'credentials'],
    ['https://user:pass@client.example/', 'credentials'],
    ['https://client.example:8443/', 'port'],
    ['https://client.example:80/', 'port'],
    ['https://localhost/', 'loopback address'],
    ['https://LOCALHOST/', 'loopback address'],
    ['https://localhost./', 'loopback address'],
    ['https://a.localhost/', 'loopback address'],
  ])('must not be %j', (url, problem) => {
    expect(guard.refusalOf(url)).toContain(problem);
  });

  test('is not told in the refusal', () => {
    const part = fc.stringMatching(/^[a-z]{8,12}$/u);
    fc.assert(
      fc.property(part, part, part, part, (host, user, path, query) => {
        for (const start of [
          'http://',
          `https://${user}:${user}@`,
          'https://10.0.0.1/',
          'ftp://',
        ]) {
          const refusal =
            guard.refusalOf(`${start}${host}.example:8080/${path}?key=${query}`) ?? '';
          expect(refusal).not.toBe('');
          for (const secret of [host, user, path, query]) expect(refusal).not.toContain(secret);
        }
      }),
    );
  });
});

describe('with http allowed, a URL', () => {
  const withHttp = guardOf({ allowHttp: true });

  test.each(['http://client.example/', 'https://client.example/', 'http://client.example:443/'])(
    'may be %s',
    (url) => {
      expect(withHttp.refusalOf(url)).toBeUndefined();
    },
  );

  test.each([
    ['http://client.example:8080/', 'port'],
    ['ftp://client.example/', 'begin with https: or http:.'],
    ['http://127.0.0.1/', 'loopback'],
  ])('must not be %s', (url, problem) => {
    expect(withHttp.refusalOf(url)).toContain(problem);
  });
});

test('ports that are listed replace those by default', () => {
  const some = guardOf({ ports: [8443] });
  expect(some.refusalOf('https://client.example:8443/')).toBeUndefined();
  expect(some.refusalOf('https://client.example/')).toContain('port');
  expect(guardOf({ ports: 'any' }).refusalOf('https://client.example:1/')).toBeUndefined();
});

describe('an address in a URL', () => {
  test.each([
    ['https://127.0.0.1/', 'loopback'],
    ['https://127.1/', 'loopback'],
    ['https://2130706433/', 'loopback'],
    ['https://0x7f000001/', 'loopback'],
    ['https://0x7f.0.0.1/', 'loopback'],
    ['https://0177.0.0.1/', 'loopback'],
    ['https://017700000001/', 'loopback'],
    ['https://127.0.0.1./', 'loopback'],
    ['https://１２７.0.0.1/', 'loopback'],
    ['https://127。0。0。1/', 'loopback'],
    ['https://%31%32%37.0.0.1/', 'loopback'],
    ['https:\\\\127.0.0.1/', 'loopback'],
    ['https:127.0.0.1', 'loopback'],
    ['https://127.0.0.1\t/', 'loopback'],
    ['https://10.0.0.1/', 'private'],
    ['https://167772161/', 'private'],
    ['https://169.254.169.254/latest/meta-data', 'link-local'],
    ['https://0xa9fea9fe/', 'link-local'],
    ['https://100.64.1.1/', 'shared'],
    ['https://0.0.0.0/', 'unspecified'],
    ['https://0/', 'unspecified'],
    ['https://224.0.0.1/', 'multicast'],
    ['https://240.0.0.1/', 'reserved'],
    ['https://[::1]/', 'loopback'],
    ['https://[0:0:0:0:0:0:0:1]/', 'loopback'],
    ['https://[::]/', 'unspecified'],
    ['https://[::ffff:127.0.0.1]/', 'translated'],
    ['https://[::ffff:7f00:1]/', 'translated'],
    ['https://[64:ff9b::7f00:1]/', 'translated'],
    ['https://[2002:7f00:1::]/', 'translated'],
    ['https://[2001:0:7f00:1::]/', 'translated'],
    ['https://[fd00:ec2::254]/', 'private'],
    ['https://[fe80::1]/', 'link-local'],
    ['https://[::127.0.0.1]/', 'reserved'],
  ])('is refused, however it is written: %s', (url, kind) => {
    expect(guard.refusalOf(url)).toBe(`The webhook's host has a ${kind} address.`);
  });

  test('is refused as decimal, octal and hexadecimal number alike', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xff_ff_ff }), fc.constantFrom(10, 127), (rest, first) => {
        const number = first * 0x1_00_00_00 + rest;
        for (const text of [
          String(number),
          `0x${number.toString(16)}`,
          `0${number.toString(8)}`,
          `${first}.${rest}`,
        ]) {
          expect(guard.refusalOf(`https://${text}/`)).toContain('address');
        }
      }),
    );
  });
});

describe('allowed', () => {
  test('are hosts by name, whatever the case', () => {
    const allowing = guardOf({ allow: ['Receiver.Internal', 'localhost'] });
    expect(allowing.isAllowedHost('receiver.internal')).toBe(true);
    expect(allowing.refusalOf('https://receiver.internal/')).toBeUndefined();
    expect(allowing.refusalOf('https://LOCALHOST/')).toBeUndefined();
    expect(allowing.isAllowedHost('other.receiver.internal')).toBe(false);
    expect(allowing.refusalOf('https://127.0.0.1/')).toContain('loopback');
  });

  test('are addresses and ranges, and nothing beside them', () => {
    const allowing = guardOf({ allow: ['10.1.0.0/16', '127.0.0.1', 'fd00::/8', '::1'] });
    for (const address of ['10.1.0.0', '10.1.255.255', '127.0.0.1', 'fd12::1', '::1']) {
      expect(allowing.refusalOfAddress(address)).toBeUndefined();
    }
    for (const address of ['10.0.255.255', '10.2.0.0', '127.0.0.2', 'fc00::1', '::2']) {
      expect(allowing.refusalOfAddress(address)).toContain('address');
    }
    expect(allowing.refusalOfAddress('::ffff:10.1.0.1')).toContain('translated');
  });

  test('is what an address stands for, besides the address', () => {
    const onNat64 = guardOf({ allow: ['64:ff9b::/96'] });
    expect(onNat64.refusalOfAddress('64:ff9b::93.184.216.34')).toBeUndefined();
    expect(onNat64.refusalOfAddress('64:ff9b::10.0.0.1')).toContain('translated');
    const also = guardOf({ allow: ['64:ff9b::/96', '10.0.0.0/8'] });
    expect(also.refusalOfAddress('64:ff9b::10.0.0.1')).toBeUndefined();
    expect(also.refusalOfAddress('64:ff9b::127.0.0.1')).toContain('translated');
  });

  test('is nothing that cannot be read as an address', () => {
    expect(guardOf({ allow: ['0.0.0.0/0', '::/0'] }).refusalOfAddress('somewhere')).toContain(
      'unknown',
    );
  });
});

test('what was found of a URL is remembered, by guard', () => {
  const url = 'http://client.example/';
  const lenient = guardOf({ allowHttp: true, ports: [80] });
  expect(lenient.targetOf(url)).toEqual({ url: new URL(url) });
  expect(lenient.targetOf(url)).toBe(lenient.targetOf(url));
  expect(guard.targetOf(url)).toEqual({ refusal: "The webhook's URL must begin with https:." });
});

describe('options', () => {
  test.each([
    ['targets.allow', { allow: 'localhost' }],
    ['targets.allow[0]', { allow: [''] }],
    ['targets.allow[0]', { allow: ['10.1.0.0/33'] }],
    ['targets.allow[0]', { allow: ['10.1/16'] }],
    ['targets.allow[0]', { allow: ['10.1'] }],
    ['targets.allow[0]', { allow: ['0x7f.0.0.1'] }],
    ['targets.allow[0]', { allow: ['*.internal'] }],
    ['targets.allow[1]', { allow: ['a.example', 'a.example:8080'] }],
    ['targets.allow[0]', { allow: ['https://a.example'] }],
    ['targets.allow[0]', { allow: ['user@a.example'] }],
    ['targets.allow[0]', { allow: ['a.example/path'] }],
    ['targets.allow[0]', { allow: [5] }],
    ['targets.ports', { ports: [] }],
    ['targets.ports', { ports: 443 }],
    ['targets.ports', { ports: 'all' }],
    ['targets.ports[1]', { ports: [443, 0] }],
    ['targets.ports[0]', { ports: [65_536] }],
    ['targets.allowHttp', { allowHttp: 'yes' }],
    ['targets.allowed', { allowed: [] }],
  ])('%s of %j is refused by name', (name, options) => {
    const read = (): unknown => Reflect.apply(readTargetOptions, undefined, [options, 'targets.']);
    expect(read).toThrow(`Option "${name}"`);
    expect(read).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
