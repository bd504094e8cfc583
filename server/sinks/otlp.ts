import { readFile } from 'node:fs/promises';
import type { DeliveredEvent, ServiceIdentity, Sink } from '../audit/index.ts';
import type { OtlpSinkSetting } from '../settings/index.ts';
import { Batches } from './http-batches.ts';
import { refuseFailure } from './http-failure.ts';
import { HttpPost } from './http-post.ts';
import { exportRequest } from './otlp-records.ts';
import type { HttpSinkOptions } from './webhook.ts';

export interface OtlpSinkOptions extends HttpSinkOptions {
  readonly service: ServiceIdentity;
}

/**
 * POSTs events as log records: OTLP/HTTP, JSON encoding. A receiver that rejects part of a batch (`partialSuccess`) has not taken it:
 * all of it comes again.
 */
export function otlpSink(setting: OtlpSinkSetting, { name, format, now, service }: OtlpSinkOptions): Sink {
  const http = new HttpPost(setting);
  const batches = new Batches();

  async function post(batch: readonly DeliveredEvent[], signal?: AbortSignal): Promise<void> {
    const body = JSON.stringify(exportRequest(batch, { service, format, observedAt: now() }));
    const more = setting.headersFile === undefined ? {} : await readHeaders(setting.headersFile);
    const answer = await http.post(body, { ...more, 'content-type': 'application/json' }, signal);
    refuseFailure(answer, now());
    refuseRejected(answer.body);
  }

  return {
    name,
    deliver: (events, signal) => batches.send(events, batch => post(batch, signal)),
    close: async () => http.close(),
  };
}

/** Throws when records were rejected, and when an answer is no ExportLogsServiceResponse: who has answered is no OTLP receiver then. */
function refuseRejected(body: string): void {
  if (body.trim() === '') return;
  const rejected = Number(parsed(body)?.partialSuccess?.rejectedLogRecords ?? 0);
  if (rejected !== 0) throw new Error(`the receiver has rejected ${rejected} of the log records`);
}

interface ExportLogsServiceResponse {
  /** The number is a decimal string by the JSON encoding; receivers that write a number are understood. */
  readonly partialSuccess?: { readonly rejectedLogRecords?: string | number } | null;
}

function parsed(body: string): ExportLogsServiceResponse | null {
  try {
    return JSON.parse(body) as ExportLogsServiceResponse | null;
  } catch {
    throw new Error('the receiver has answered 200 and no JSON; it is no OTLP/HTTP receiver with JSON encoding');
  }
}

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/;

/** Lines `Name: value`. No message holds a value: it may be a secret. */
async function readHeaders(path: string): Promise<Record<string, string>> {
  const lines = (await readFile(path, 'utf8')).split('\n').map(line => line.trim());
  const headers: Record<string, string> = {};
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const [, name, value] = HEADER.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`${path}:${index + 1}: \`Name: value\` is expected`);
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
