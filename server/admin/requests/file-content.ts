import { AdminError } from '../admin-error.ts';
import type { FileContent } from '../protocol.ts';

/** The bytes of a file. Throws AdminError when it is not base64. */
export function bytesOf(content: FileContent): Uint8Array {
  const bytes = Buffer.from(content, 'base64');
  if (bytes.toString('base64') === content) return bytes;
  throw new AdminError('bad request', 'a file in the body of the request is not base64; ask with kmipd');
}
