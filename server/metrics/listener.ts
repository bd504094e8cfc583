import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Expiry } from '../expiry/index.ts';
import type { Logger } from '../log/index.ts';
import type { ListenAddress } from '../settings/index.ts';
import { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';
import { notReady, type ReadinessMarks } from './readiness.ts';

export interface StartMetrics extends MetricsOptions {
  readonly listen: ListenAddress;
  readonly log: Logger;
  readonly marks: ReadinessMarks;
}

export interface RunningMetrics {
  readonly port: number;
  /** Replaces what is told of certificates and revocation lists: `onLook` of the expiry watch. */
  setExpiries(found: readonly Expiry[]): void;
  stop(): Promise<void>;
}

/** Readers at once; one is usual. */
const CONNECTIONS_MAX = 16;
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves over plain HTTP to whoever reaches the address, which should be a loopback address or one of a private network:
 * `GET /metrics`; `GET /ready`, 503 with the reasons where the log of record is in trouble; `GET /live`, 200 as long as anything is
 * answered. Anything else is 404. Rejects when the address cannot be listened on.
 */
export async function startMetrics({ listen, log, marks, ...options }: StartMetrics): Promise<RunningMetrics> {
  const metrics = createMetrics(options);
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS },
    answering(
      new Map([
        ['/metrics', response => answerMetrics(response, metrics)],
        ['/ready', response => answerReady(response, () => notReady(options.audit, marks, options.now()))],
        ['/live', async response => void response.writeHead(200, TEXT).end('live\n')],
      ]),
      log,
    ),
  );
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', error => log.error('the metrics listener has failed', { error }));
  return {
    port: (server.address() as AddressInfo).port,
    setExpiries: found => metrics.setExpiries(found),
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Page = (response: ServerResponse) => Promise<void>;

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

function answering(pages: ReadonlyMap<string, Page>, log: Logger): RequestListener {
  return (request, response) => {
    const page = request.method === 'GET' ? pages.get(request.url ?? '') : undefined;
    if (!page) return void response.writeHead(404).end();
    page(response).catch((error: unknown) => {
      log.warn(`${request.url} cannot be answered now`, { error });
      response.writeHead(503).end();
    });
  };
}

async function answerMetrics(response: ServerResponse, metrics: Metrics): Promise<void> {
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
}

async function answerReady(response: ServerResponse, problems: () => Promise<string[]>): Promise<void> {
  const found = await problems();
  if (found.length === 0) response.writeHead(200, TEXT).end('ready\n');
  else response.writeHead(503, TEXT).end(found.map(line => `${line}\n`).join(''));
}
