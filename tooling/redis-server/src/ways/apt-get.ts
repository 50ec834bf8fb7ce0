import { once } from 'node:events';

import { findProgram } from '../find-program.ts';
import { startLocalServer } from '../local-server.ts';
import { progress } from '../progress.ts';
import type { RedisServer, RedisServerOptions } from '../redis-server.ts';
import { spawnShell } from '../spawn-shell.ts';
import type { Unavailable } from '../way.ts';

/**
 * Installs the package without starting its service, which `policy-rc.d` is the way to ask for.
 * It has limits of its own instead of being killed, which would leave packages half configured.
 */
const SCRIPT = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' >"$policy" && chmod 755 "$policy" || exit 1
fi
export DEBIAN_FRONTEND=noninteractive
options='-qq -o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=120'
output=$({
  timeout 300 apt-get $options update
  timeout 600 apt-get $options install -y --no-install-recommends redis-server
} </dev/null 2>&1) || printf '%s\\n' "$output" | tail -n 5 >&2
`;

/** The package of Debian or Ubuntu. */
export async function aptGetServer(
  options: RedisServerOptions,
): Promise<RedisServer | Unavailable> {
  progress('installing the package redis-server with apt-get');
  const { child, input } = await spawnShell(SCRIPT, [], ['ignore', 'inherit']);
  input.end();
  child.ref();
  await once(child, 'exit');
  const program = await findProgram('redis-server');
  if (program === undefined)
    return { unavailable: 'it could not install redis-server (see above)' };
  return startLocalServer(program, 'apt-get', options);
}
