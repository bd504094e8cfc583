import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { overSocket, askCertificateManager } from '../../../server/admin/index.ts';
import { adminSocket } from '../../../server/data-folder/index.ts';
import { Operation } from '../../../kmip-codec/index.ts';
import { createItem } from '../kmip/messages.ts';
import { runServer } from '../running-server.ts';
import { receiver } from './receiver.ts';

t.test(
  'property 17: while a receiver takes requests and never answers, clients are served, and metrics and status say so',
  async t => {
    const { url, received } = await receiver(t, () => {});
    const server = await runServer(t, {
      settings: {
        'audit.sinks': [{ type: 'webhook', url, timeoutMs: 600_000 }],
        'metrics.listen': '127.0.0.1:0',
        'audit.delivery.ageSecondsMax': 60,
      },
    });
    const client = await server.connect(await server.addClient('vcenter'));
    const { batchItems = [] } = await client.batch([createItem()]);
    const { uniqueIdentifier } = batchItems[0]?.responsePayload as { uniqueIdentifier: string };
    for (let i = 0; i < 1000 && received.length === 0; i++) await delay(5);
    t.equal(received.length, 1);
    for (let i = 0; i < 200; i++) await client.request(Operation.Get, { uniqueIdentifier });
    t.equal(received.length, 1, 'the sink has its first batch still, and no other');
    const lastSeq = await server.store.events.lastSeq();
    t.ok(lastSeq > 200);
    const page = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${server.metricsPort}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    const { text } = await page('/metrics');
    t.match(text, `kmipd_audit_sink_lag_events{sink="webhook-1"} ${lastSeq}\n`);
    t.match(text, `kmipd_audit_last_seq ${lastSeq}\n`);
    t.match(await askCertificateManager('status', {}, { send: overSocket(adminSocket(server.folder)) }), {
      sinks: [{ sink: `webhook:${new URL(url).host}`, lag: lastSeq, cursor: 0, failures: 0 }],
    });
    t.match(await page('/ready'), { status: 200 });
    server.clock.later(61);
    t.match(await page('/ready'), { status: 503, text: /^sink webhook-1: has not taken an event of 6\d s ago/ });
    t.match(await page('/live'), { status: 200 });
  },
);
