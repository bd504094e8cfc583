import type { IncomingMessage } from 'node:http';
import { Agent, request as sendRequest } from 'node:https';
import type { TtlvItem } from '../../kmip-codec/index.ts';
import { type Channel, type Identity, NoAnswer, RESPONSE_BYTES_MAX, type Target } from './channel.ts';

/** How messages are written in the body of an HTTP request and its answer. */
export interface BodyEncoding {
  readonly contentType: string;
  readonly encode: (message: TtlvItem) => Uint8Array;
  /** Throws CodecError. */
  readonly decode: (body: Buffer) => TtlvItem;
}

/** One client of a case over HTTPS (encodings standard, sections 2.3 to 2.5). */
export class HttpsConnection implements Channel {
  readonly #target: Target;
  readonly #encoding: BodyEncoding;
  readonly #agent: Agent;

  constructor(target: Target, identity: Identity, encoding: BodyEncoding) {
    this.#target = target;
    this.#encoding = encoding;
    const { ca, servername } = target;
    // One connection, as long as the server keeps it: what clients of the profile do.
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      ca,
      ...identity,
      ...(servername === undefined ? {} : { servername }),
    });
  }

  async exchange(request: TtlvItem): Promise<TtlvItem> {
    const { status, headers, body } = await this.#post(this.#encoding.encode(request));
    if (status !== 200) throw new NoAnswer(`HTTP status ${status}, must be 200`);
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    const { contentType } = this.#encoding;
    if (type.trim().toLowerCase() !== contentType) throw new NoAnswer(`Content-Type '${type}', must be ${contentType}`);
    if (headers['content-length'] === undefined) throw new NoAnswer('an answer without Content-Length');
    const cacheControl = headers['cache-control'] ?? '';
    if (!/\bno-cache\b/i.test(cacheControl)) {
      throw new NoAnswer(`Cache-Control '${cacheControl}', must be no-cache`);
    }
    return this.#encoding.decode(body);
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: Uint8Array): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    const { timeoutMs } = this.#target;
    const { host, port, path } = addressOf(this.#target);
    const headers = {
      'content-type': this.#encoding.contentType,
      'content-length': body.byteLength,
      'cache-control': 'no-cache',
    };
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        request.destroy();
        reject(new NoAnswer(why));
      };
      const options = { host, port, path, method: 'POST', agent: this.#agent, headers, timeout: timeoutMs };
      const request = sendRequest(options, response => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > RESPONSE_BYTES_MAX) fail(`an answer of more than ${RESPONSE_BYTES_MAX} bytes`);
        });
        response.on('error', error => fail(error.message));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      request.on('timeout', () => fail(`no answer within ${timeoutMs} ms`));
      request.on('error', error => fail(`no answer from https://${host}:${port}${path}: ${error.message}`));
      request.end(body);
    });
  }
}

const addressOf = ({ host, port, https }: Target) => ({ host, port, path: '/kmip', ...https });
