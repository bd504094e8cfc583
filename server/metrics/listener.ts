import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Expiry } from '../expiry/index.ts';
import type { Logger } from '../log/index.ts';
import type { ListenAddress } from '../settings/index.ts';
import { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';

export interface StartMetrics extends MetricsOptions {
  readonly listen: ListenAddress;
  readonly log: Logger;
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
 * Serves `GET /metrics` over plain HTTP to whoever reaches the address, which should be a loopback address or one of a private
 * network; anything else is 404. Rejects when the address cannot be listened on.
 */
export async function startMetrics({ listen, log, ...options }: StartMetrics): Promise<RunningMetrics> {
  const metrics = createMetrics(options);
  const server = serverOf(metrics, log);
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

function serverOf(metrics: Metrics, log: Logger): Server {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      text => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (error: unknown) => {
        log.warn('metrics cannot be read now', { error });
        response.writeHead(503).end();
      },
    );
  });
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}
