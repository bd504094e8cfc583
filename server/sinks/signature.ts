import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Fewer bytes than this do not keep a signature from being forged. */
const SECRET_BYTES_MIN = 24;

/**
 * Secrets of a file, one in each line: `whsec_` and base64, or the text itself. With two, receivers can be given the new one before
 * the old one is taken away. Throws when there is none or one is too short; no message holds any of it.
 */
export async function readSecrets(path: string): Promise<Buffer[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').map(line => line.trim());
  const secrets = lines.filter(line => line !== '').map(secretOf);
  if (secrets.length === 0) throw new Error(`${path} is empty, a secret is expected`);
  const short = secrets.find(({ length }) => length < SECRET_BYTES_MIN);
  if (short)
    throw new Error(`a secret in ${path} has ${short.length} bytes, at least ${SECRET_BYTES_MIN} are expected`);
  return secrets;
}

const secretOf = (line: string) =>
  line.startsWith('whsec_') ? Buffer.from(line.slice('whsec_'.length), 'base64') : Buffer.from(line);

/**
 * Headers by which a receiver knows who sent a body and when (Standard Webhooks, symmetric signatures): `webhook-signature` is
 * `v1,` and the base64 of HMAC-SHA-256 over `ID.SECONDS.BODY`, once for each secret, with spaces between.
 */
export function signedHeaders(secrets: readonly Buffer[], id: string, body: string, now: Date): Record<string, string> {
  const seconds = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map(secret => {
    const mac = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
    return `v1,${mac}`;
  });
  return {
    ...{ 'webhook-id': id, 'webhook-timestamp': seconds },
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  };
}
