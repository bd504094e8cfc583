import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Where to, and how it is known to be the right one. */
export interface HttpReceiver extends TlsFiles {
  /** https, or http to a loopback address: the settings see to it. */
  readonly url: string;
  /** From the start of a request to the end of its answer; 10,000 unless given. */
  readonly timeoutMs?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Its first `ANSWER_BYTES_MAX` bytes. */
  readonly body: string;
}

const TIMEOUT_MS = 10_000;
/** An answer to a batch is short. Of a longer one no more is read, and the connection is closed. */
export const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * Sends requests to one receiver, one at a time, over a connection that is kept. Redirects are answers like others. After any
 * failure the next request begins a connection, with the files as they are then.
 */
export class HttpPost {
  readonly #receiver: HttpReceiver;
  #agent: http.Agent | undefined;

  constructor(receiver: HttpReceiver) {
    this.#receiver = receiver;
  }

  /** Rejects unless there is a whole answer; the error names no address. */
  async post(body: string, headers: OutgoingHttpHeaders, signal?: AbortSignal): Promise<HttpAnswer> {
    const { url, timeoutMs = TIMEOUT_MS } = this.#receiver;
    const agent = (this.#agent ??= await this.#newAgent());
    const { request: begin } = url.startsWith('https:') ? https : http;
    const bytes = Buffer.from(body);
    const sent = { ...headers, 'content-length': bytes.length, 'user-agent': 'kmipd' };
    const request = begin(url, { method: 'POST', agent, headers: sent, ...(signal && { signal }) });
    // One that comes after the answer has begun is told by the answer too.
    request.on('error', () => {});
    const late = new Error(`the receiver has not answered within ${timeoutMs} ms`);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      request.destroy(late);
    }, timeoutMs);
    try {
      request.end(bytes);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return { status: response.statusCode ?? 0, headers: response.headers, body: await beginningOf(response) };
    } catch (error) {
      this.close();
      if (isLate) throw late;
      throw signal?.aborted ? signal.reason : new Error(`the receiver cannot be reached: ${problemOf(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Cuts what is open. A request after it opens a connection again. */
  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  async #newAgent(): Promise<http.Agent> {
    const kept = { keepAlive: true, maxSockets: 1 };
    if (!this.#receiver.url.startsWith('https:')) return new http.Agent(kept);
    const files = await readTlsFiles(this.#receiver);
    // Said here, so that no variable of the environment says otherwise.
    return new https.Agent({ ...kept, ...files, rejectUnauthorized: true, minVersion: 'TLSv1.2' });
  }
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString();
}

/** What Node or OpenSSL call it: ECONNREFUSED, CERT_HAS_EXPIRED. Their texts may hold addresses. */
function problemOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
