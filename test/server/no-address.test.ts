import Sqlite from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Operation } from '../../kmip-codec/index.ts';
import type { AuditEvent } from '../../server/audit/index.ts';
import { certificateRequest, selfSigned, type SubjectPart } from '../certs/material.ts';
import { filesIn, found, newFolder, texts, type Haystack } from './byte-search.ts';
import { everySink } from './every-sink.ts';
import { freePort } from './free-port.ts';
import { KmipClient, type ClientIdentity } from './kmip-client.ts';
import { ADDRESS, allForms, DASHED, longForms, LOOPBACK_6 } from './no-address-forms.ts';
import { tour } from './no-address-tour.ts';
import { aes256, template } from './operations/world.ts';
import { spawnServer, type ServerProcess } from './server-process.ts';

t.setTimeout(300_000);

/**
 * What clients give to be kept is kept: the attributes of objects, with the terms by which they are found, and the certificate
 * by which a client is known, or was refused. Nothing else in the database may name an address.
 */
const KEPT_FOR_CLIENTS = new Set([
  'managed_object.attributes',
  'managed_object.terms',
  'term.value',
  'term_name.name',
  'client_certificate.der',
  'refused_certificate.der',
]);

const subject: readonly SubjectPart[] = [
  ['O', ADDRESS],
  ['OU', `::ffff:${ADDRESS}`],
  ['serialNumber', ADDRESS],
  ['CN', ADDRESS],
];
const subjectAltNames = [ADDRESS, LOOPBACK_6, `${DASHED}.example`, `${ADDRESS}.example`];

const hasIpv6 = Object.values(networkInterfaces()).some(found => found?.some(({ address }) => address === LOOPBACK_6));

t.test(
  'property 11: no event, sink, export, metric or log names the address of a client, whatever it does and whatever its certificate says',
  async t => {
    const folder = newFolder(t);
    const data = join(folder, 'data');
    const { sinks, received } = await everySink(t, folder);
    const metricsPort = await freePort();
    const args = [
      ...['--log-level', 'trace', '--set', `audit.sinks=${JSON.stringify(sinks)}`],
      ...['--set', `metrics.listen=127.0.0.1:${metricsPort}`, '--set', 'audit.checkpoint.events=50'],
    ];
    const server = await spawnServer(t, { data, args: ['--listen', hasIpv6 ? '[::]:0' : '0.0.0.0:0', ...args] });
    const known = await selfSigned({ commonName: ADDRESS, subject, subjectAltNames });
    await addByCertificate(t, server, known);
    await addByRequest(t, server);
    t.match(await server.kmipd('vault', 'create', 'lab'), { code: 0 }, 'makes another vault');
    const other = await server.addClient('other', '--vault', 'lab');
    const unknown = await selfSigned({ commonName: ADDRESS, subject, subjectAltNames });

    const authorityPem = readFileSync(join(data, 'authority.crt'), 'utf8');
    const foreign = await createFor(server, authorityPem, other);
    for (const [host, localAddress] of hasIpv6
      ? ([
          ['127.0.0.1', ADDRESS],
          [LOOPBACK_6, LOOPBACK_6],
        ] as const)
      : ([['127.0.0.1', ADDRESS]] as const))
      await t.test(`from ${localAddress}`, () =>
        tour({
          ...{ host, localAddress, known, unknown, foreign, port: server.port },
          connect: client => connectFrom(t, { host, localAddress, port: server.port, authorityPem }, client),
        }),
      );
    if (!hasIpv6) await t.test(`from ${LOOPBACK_6}`, { skip: 'this machine has no such address' }, async () => {});
    const said = {
      ...(await commands(server)),
      metrics: await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
      readiness: await (await fetch(`http://127.0.0.1:${metricsPort}/ready`)).text(),
      'standard output': server.out().slice(server.out().indexOf('\nready ')),
      'the log': server.err(),
    };

    const { kept, rest } = columnsOf(data);
    t.same(found(allForms, rest), [], 'the database, apart from what is kept for clients');
    const inKept = new Set(found(allForms, kept).map(hit => hit.split(' in ').at(-1)));
    t.same(
      [...inKept].sort(),
      [...KEPT_FOR_CLIENTS].sort(),
      'what is kept for clients does hold it, so the search finds it',
    );
    t.same(found(allForms, texts(said)), [], 'what is said');
    t.match(await server.stop(), { code: 0 }, 'stops cleanly');
    t.same(
      found(allForms, new Map([...filesIn(folder)].filter(([path]) => !path.startsWith('data')))),
      [],
      'the file sinks, in every format',
    );
    const sent = received();
    for (const [name, bytes] of sent) t.ok(bytes.length > 10_000, `${name} was sent ${bytes.length} bytes`);
    t.same(found(allForms, sent), [], 'every byte that went to syslog, webhook and OTLP');
    t.same(found(allForms, texts({ log: server.err() })), [], 'the log to its end');
    wasThorough(t, readFileSync(join(folder, 'event.jsonl'), 'utf8'));
    t.match(server.err(), 'TRACE', 'the log says all it can say');
  },
);

t.test('no file has the address of a client that names none itself', async t => {
  const folder = newFolder(t);
  const data = join(folder, 'data');
  const sinks = [{ type: 'file', path: join(folder, 'events.jsonl') }];
  const args = ['--log-level', 'trace', '--set', `audit.sinks=${JSON.stringify(sinks)}`];
  const server = await spawnServer(t, { data, args });
  const vcenter = await server.addClient('vcenter');
  const from = { host: server.host, localAddress: ADDRESS, port: server.port, authorityPem: vcenter.authorityPem };
  const client = await connectFrom(t, from, vcenter);
  t.equal(client.socket.localAddress, ADDRESS, 'the client does come from there');
  const attributes = template(...aes256);
  const { uniqueIdentifier } = await client.request(Operation.Create, { objectType: 2, attributes });
  await client.request(Operation.Get, { uniqueIdentifier });
  await client.item(Operation.Destroy, { uniqueIdentifier: 'nobody' });
  const stranger = await connectFrom(t, from);
  await stranger.item(Operation.Get, { uniqueIdentifier });
  const said = texts({ out: server.out(), log: server.err() });
  // Single characters of the short forms occur in any file.
  t.same(found(longForms, new Map([...filesIn(folder), ...said])), [], 'while it runs');
  await server.stop('SIGKILL');
  t.same(found(longForms, new Map([...filesIn(folder), ...texts({ log: server.err() })])), [], 'after it was killed');
});

/** By a file whose name is the address, too. */
async function addByCertificate(t: Test, server: ServerProcess, { certificatePem }: ClientIdentity): Promise<void> {
  const file = join(newFolder(t), `${ADDRESS}.pem`);
  writeFileSync(file, certificatePem);
  t.match(await server.kmipd('client', 'add', 'plain-label', '--cert', file), { code: 0 }, 'pins a certificate');
  t.match(await server.kmipd('client', 'add', 'plain-label', '--cert', file), { code: 4 }, 'a second time is refused');
}

async function addByRequest(t: Test, server: ServerProcess): Promise<void> {
  const { csrPem } = await certificateRequest({ subject, subjectAltNames, keyType: 'ECDSA P-256' });
  const out = newFolder(t);
  const file = join(out, `${ADDRESS}.csr`);
  writeFileSync(file, csrPem);
  t.match(
    await server.kmipd('client', 'add', 'requester', '--csr', file, '--out', out),
    { code: 0 },
    'signs a request',
  );
}

async function createFor(
  server: ServerProcess,
  authorityPem: string,
  client: ClientIdentity & { authorityPem: string },
): Promise<string> {
  const options = { host: '127.0.0.1', port: server.port, ca: authorityPem, servername: 'localhost' };
  const connection = await KmipClient.connect(options, client);
  const { uniqueIdentifier } = await connection.request(Operation.Create, {
    objectType: 2,
    attributes: template(...aes256),
  });
  await connection.close();
  return uniqueIdentifier;
}

async function connectFrom(
  t: Test,
  { authorityPem, ...from }: { host: string; localAddress: string; port: number; authorityPem: string },
  client?: ClientIdentity,
): Promise<KmipClient> {
  const connection = await KmipClient.connect({ ...from, ca: authorityPem, servername: 'localhost' }, client);
  t.teardown(() => connection.socket.destroy());
  return connection;
}

/** Every column of every table, those that are kept for clients apart. */
function columnsOf(data: string): { kept: Haystack; rest: Haystack } {
  const database = new Sqlite(join(data, 'kmipd.db'), { readonly: true, fileMustExist: true });
  const kept = new Map<string, Buffer>();
  const rest = new Map<string, Buffer>();
  try {
    // What a virtual table holds stands in tables of its own, which are searched.
    const tables = database
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
      .pluck()
      .all();
    for (const table of tables) {
      const rows = database.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}"`).all();
      for (const column of Object.keys(rows[0] ?? {})) {
        const values = rows
          .map(row => row[column])
          .map(value => (Buffer.isBuffer(value) ? value : Buffer.from(`${value}`)));
        const name = `${table}.${column}`;
        (KEPT_FOR_CLIENTS.has(name) ? kept : rest).set(name, Buffer.concat(values.flatMap(value => [value, NEWLINE])));
      }
    }
  } finally {
    database.close();
  }
  return { kept, rest };
}

const NEWLINE = Buffer.from('\n');

async function commands(server: ServerProcess): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const args of [
    ...['table', 'csv', 'cef', 'ocsf', 'record'].map(format => [
      ...['events', '--format', format, '--limit', '100000'],
    ]),
    ['events', 'show', '5'],
    ['events', 'stats'],
    ['audit', 'export'],
    ['audit', 'prove', '5'],
    ['audit', 'verify'],
    ['keys', 'list', '--json'],
  ]) {
    const { code, out, err } = await server.kmipd(...args);
    if (code !== 0) throw new Error(`kmipd ${args.join(' ')} ended with ${code}: ${err}`);
    said[`kmipd ${args.join(' ')}`] = out + err;
  }
  return said;
}

const REASONS = [
  'Authentication Not Successful',
  'Item Not Found',
  'Permission Denied',
  'Invalid Field',
  'Invalid Message',
  'Response Too Large',
  'Feature Not Supported',
  'Operation Not Supported',
];

/** Every operation that makes events has succeeded and failed, and messages and strangers were refused. */
function wasThorough(t: Test, lines: string): void {
  const events = lines
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as AuditEvent);
  const seen = new Set(
    events.map(({ requestData, outcome }) => `${String(requestData['requestURI']).split('/').at(-1)} ${outcome}`),
  );
  const operations = [
    'Create',
    'Register',
    'Locate',
    'Get',
    'GetAttributes',
    'GetAttributeList',
    'AddAttribute',
    'ModifyAttribute',
    'DeleteAttribute',
    'Activate',
    'Revoke',
    'Destroy',
  ];
  for (const operation of operations)
    for (const outcome of ['success', 'failure']) t.ok(seen.has(`${operation} ${outcome}`), `${operation} ${outcome}`);
  const reasons = new Set(events.map(({ responseData }) => responseData['resultReason']));
  t.ok(
    events.some(({ responseData }) => responseData['resultStatus'] === 'Operation Undone'),
    'undone',
  );
  t.ok(
    events.some(({ message }) => message.includes('(Unsupported Protocol Version)')),
    'unsupported version',
  );
  t.comment(`${events.length} events; ${[...reasons].join(', ')}`);
  t.match(
    events.map(({ initiator }) => initiator.name ?? initiator.id).join(),
    'CertificateID-none',
    'who has no certificate',
  );
  t.ok(JSON.stringify(events).includes('[redacted]'), 'addresses that clients give are replaced');
  for (const reason of REASONS) t.ok(reasons.has(reason), `refused: ${reason}`);
}
