import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEADLINE_MS = 30_000;

/** A certificate that signed itself, and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a certificate. Node cannot, hence the command `openssl`.
 *
 * @param names As in a certificate: `DNS:localhost`, `IP:127.0.0.1`.
 */
export async function makeCertificate(...names: readonly string[]): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-redis-certificate-'));
  try {
    const command =
      'req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=receiver ' +
      `-addext subjectAltName=${names.join(',')} -keyout key.pem -out cert.pem`;
    await run('openssl', command.split(' '), { cwd: folder, timeout: DEADLINE_MS });
    const [cert, key] = await Promise.all(
      ['cert.pem', 'key.pem'].map((file) => readFile(join(folder, file), 'utf8')),
    );
    if (cert === undefined || key === undefined) throw new Error('openssl wrote no certificate.');
    return { cert, key };
  } finally {
    await rm(folder, { recursive: true });
  }
}
