import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findProgram } from './find-program.ts';
import { TLS_FILES } from './redis-conf.ts';

const run = promisify(execFile);
const DEADLINE_MS = 30_000;

/** Written out in full, because what `openssl` adds on its own differs between its versions. */
const OPENSSL_CONF = `
[req]
distinguished_name = subject
prompt = no
[subject]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
subjectAltName = DNS:localhost, IP:127.0.0.1
`;

const NEW_KEY = 'req -config openssl.cnf -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1';
const COMMANDS = [
  `${NEW_KEY} -x509 -extensions ca -days 2 -subj /CN=throw-away -keyout ca-key.pem -out ${TLS_FILES.ca}`,
  `${NEW_KEY} -subj /CN=localhost -keyout ${TLS_FILES.key} -out server.csr`,
  `x509 -req -in server.csr -CA ${TLS_FILES.ca} -CAkey ca-key.pem -set_serial 1 -days 2 -extfile openssl.cnf -extensions server -out ${TLS_FILES.cert}`,
];
const LEFTOVERS = ['openssl.cnf', 'ca-key.pem', 'server.csr'];

/**
 * Makes a CA for this one server and a certificate of it for localhost and 127.0.0.1, in `folder`.
 * The CA's key is removed again. Node cannot sign certificates, hence `openssl`.
 *
 * @throws Error when `openssl` is missing or fails.
 */
export async function createTlsFiles(folder: string): Promise<void> {
  const openssl = await findProgram('openssl');
  if (openssl === undefined) {
    throw new Error('A Redis server with TLS needs the openssl command, which is not on PATH.');
  }
  await writeFile(join(folder, 'openssl.cnf'), OPENSSL_CONF);
  for (const command of COMMANDS) {
    await run(openssl, command.split(' '), { cwd: folder, timeout: DEADLINE_MS });
  }
  await Promise.all(LEFTOVERS.map((file) => rm(join(folder, file))));
}
