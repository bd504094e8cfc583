import type { DeliveredEvent, Sink } from '../audit/index.ts';
import type { WebhookSinkSetting } from '../settings/index.ts';
import { Batches } from './http-batches.ts';
import { refuseFailure } from './http-failure.ts';
import { HttpPost } from './http-post.ts';
import { readSecrets, signedHeaders } from './signature.ts';

export interface HttpSinkOptions {
  readonly name: string;
  /** An event as one line of text in the format that the setting names. */
  readonly format: (event: DeliveredEvent) => string;
  readonly now: () => Date;
}

/**
 * POSTs batches of events: a JSON array, or lines of text where the format is CEF. 2xx means taken. A batch that is sent again has
 * the same events and the same `webhook-id` and `idempotency-key`, as long as this process runs; behind that, the events' ids
 * tell what is a duplicate. Signed where the setting names a secret, whose file is read for each batch.
 */
export function webhookSink(setting: WebhookSinkSetting, { name, format, now }: HttpSinkOptions): Sink {
  const http = new HttpPost(setting);
  const batches = new Batches();
  const isJson = setting.format !== 'cef';
  const contentType = isJson ? 'application/json' : 'text/plain; charset=utf-8';

  async function post(batch: readonly DeliveredEvent[], signal?: AbortSignal): Promise<void> {
    const lines = batch.map(format);
    const body = isJson ? `[${lines.join(',\n')}]` : lines.map(line => `${line}\n`).join('');
    const id = idempotencyKey(batch);
    const secrets = setting.secretFile === undefined ? [] : await readSecrets(setting.secretFile);
    const headers = { 'content-type': contentType, 'idempotency-key': `"${id}"` };
    const answer = await http.post(body, { ...headers, ...signedHeaders(secrets, id, body, now()) }, signal);
    refuseFailure(answer, now());
  }

  return {
    name,
    deliver: (events, signal) => batches.send(events, batch => post(batch, signal)),
    close: async () => http.close(),
  };
}

/** Event ids are never given twice, so the first and the last name a run of the log. Without a full stop, which separates what is signed. */
const idempotencyKey = (batch: readonly DeliveredEvent[]): string => `${batch[0]?.id}_${batch.at(-1)?.id}`;
