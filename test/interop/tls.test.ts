import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  decodeResponse,
  encodeRequest,
  Operation,
  ResultReason,
  ResultStatus,
  V1_1,
  type RequestBatchItem,
  type ResponseBatchItem,
} from '../../kmip-codec/index.ts';
import { type Body, BODIES } from '../server/kmip/https-client.ts';
import { bytesOf, createItem, identifierIn, itemFor } from '../server/kmip/messages.ts';
import { requestMessage } from '../server/kmip-client.ts';
import { spawnServer, type ServerProcess } from '../server/server-process.ts';
import { hasPykmip, pykmip } from './pykmip.ts';
import { hasTool, output, ran, talk, workFolder } from './tools.ts';

t.setTimeout(240_000);

const NAME = 'kms.example';
const discoverVersions = Buffer.from(
  encodeRequest(
    requestMessage([{ operation: Operation.DiscoverVersions, requestPayload: {} }], { version: V1_1 }),
    V1_1,
  ),
);

interface Client {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
}

for (const serverKey of ['RSA 2048', 'ECDSA P-256', 'ECDSA P-384']) {
  t.test(
    `openssl s_client, server key ${serverKey}: every client key, TLS 1.2 and 1.3, with and without SNI, fresh and resumed`,
    async t => {
      if (!hasTool(t, 'openssl')) return;
      const server = await spawnServer(t, { args: ['--key-type', serverKey, '--name', NAME] });
      const { path, file } = workFolder(t);
      const clients = await opensslClients(t, server, path);
      const ca = authorityFile(server);
      for (const client of clients)
        for (const version of ['1.2', '1.3'])
          for (const named of [true, false]) {
            const session = join(path, `session-${client.name}-${version}-${named}`);
            const identity = ['-cert', client.cert, '-key', client.key];
            const first = await sClient(server, { version, named, ca, more: [...identity, '-sess_out', session] });
            const title = `${client.name}, TLS ${version}, ${named ? 'with' : 'without'} SNI`;
            t.match(first.text, `New, TLSv${version}`, `${title}: a full handshake`);
            t.match(first.text, 'Verification: OK', `${title}: the server is who it says`);
            t.match(first.item, { resultStatus: ResultStatus.Success }, `${title}: and answers a request`);
            if (!existsSync(session)) return t.fail(`${title}: no session to resume`);
            const again = await sClient(server, { version, named, ca, more: [...identity, '-sess_in', session] });
            t.match(again.text, `Reused, TLSv${version}`, `${title}: the session is resumed`);
            t.match(again.item, { resultStatus: ResultStatus.Success }, `${title}: resumed, it is known as well`);
          }

      const stranger = selfSigned(path, 'stranger', ['-newkey', 'rsa:2048']);
      const refused = { resultReason: ResultReason.AuthenticationNotSuccessful };
      for (const version of ['1.2', '1.3']) {
        const one = { version, named: true, ca };
        t.match((await sClient(server, one)).item, refused, `TLS ${version}, no certificate: told so`);
        const unknown = await sClient(server, { ...one, more: ['-cert', stranger.cert, '-key', stranger.key] });
        t.match(unknown.item, refused, `TLS ${version}, an unknown certificate: told so`);
      }
      const other = file('other.crt', readFileSync(stranger.cert));
      const mistrusted = await sClient(server, {
        version: '1.3',
        named: true,
        ca: other,
        more: ['-verify_return_error'],
      });
      t.equal(mistrusted.item, undefined, 'a client that trusts another authority does not go on');
      t.match(mistrusted.text, 'unable to get local issuer certificate', 'and openssl says why');
      const old = await sClient(server, { version: '1.1', named: true, ca, more: ['-cipher', 'ALL:@SECLEVEL=0'] });
      t.equal(old.item, undefined, 'TLS 1.1 is not spoken');
      t.same(await server.stop(), { code: 0, signal: null });
    },
  );
}

t.test('curl posts messages to the KMIP port, in each encoding (HTTPS profile)', async t => {
  if (!hasTool(t, 'openssl') || !hasTool(t, 'curl')) return;
  const server = await spawnServer(t, { args: ['--key-type', 'RSA 2048', '--name', NAME] });
  const { path } = workFolder(t);
  const [client] = await opensslClients(t, server, path);
  const stranger = selfSigned(path, 'stranger', ['-newkey', 'rsa:2048']);
  const curl = ({ cert, key }: Client, ca: string, ...more: string[]) => {
    const args = ['-sS', '-v', '--cert', cert, '--key', key, '--cacert', ca, '--max-time', '20', ...more];
    const to = ['--connect-to', `${NAME}:5696:${server.host}:${server.port}`, `https://${NAME}:5696/kmip`];
    const { code, err } = ran('curl', [...args, ...to, '-o', `${path}/got`]);
    return { code, err, got: code === 0 ? readFileSync(`${path}/got`) : Buffer.alloc(0) };
  };
  /** Sends one batch item with curl; its answer. */
  const post = (who: Client, { contentType, from, to }: Body, item: RequestBatchItem, ...flags: string[]) => {
    writeFileSync(`${path}/sent`, from(bytesOf([item])));
    const body = [
      '--data-binary',
      `@${path}/sent`,
      '-H',
      `Content-Type: ${contentType}`,
      '-H',
      'Cache-Control: no-cache',
    ];
    const { err, got } = curl(who, authorityFile(server), ...body, ...flags);
    t.match(err, 'SSL certificate verify ok');
    t.match(err, new RegExp(`^< Content-Type: ${contentType}\r?$`, 'im'));
    return { err, item: decodeResponse(to(got)).message.batchItems?.[0] };
  };
  for (const [version, flags] of [
    ['1.2', ['--tlsv1.2', '--tls-max', '1.2', '--http1.0']],
    ['1.3', ['--tlsv1.3', '--http1.1']],
    ['1.3', ['--tlsv1.3', '-H', 'Expect: 100-continue', '-H', 'Transfer-Encoding: chunked']],
  ] as const)
    for (const body of BODIES) {
      const created = post(client!, body, createItem(), ...flags);
      t.match(created.err, `SSL connection using TLSv${version}`);
      t.equal(created.item?.resultStatus, ResultStatus.Success, `${body.contentType} ${flags.join(' ')}`);
      const id = identifierIn(created.item);
      for (const operation of [Operation.Get, Operation.Destroy]) {
        const { item } = post(client!, body, itemFor(operation, id), ...flags);
        t.equal(item?.resultStatus, ResultStatus.Success, `${body.contentType} ${operation}`);
      }
      const refused = post(stranger, body, createItem(), ...flags);
      t.match(refused.item, { resultReason: ResultReason.AuthenticationNotSuccessful });
    }
  t.match(curl(client!, authorityFile(server)).err, /^< HTTP\/1\.1 405 /m, 'GET');
  t.equal(curl(client!, stranger.cert).code, 60, 'a server of another authority is not trusted');
});

for (const serverKey of ['RSA 2048', 'ECDSA P-384'])
  t.test(`PyKMIP connects to a server key ${serverKey} with what kmipd issued and signed, RSA and ECDSA`, async t => {
    if (!hasTool(t, 'openssl') || !hasPykmip(t)) return;
    const server = await spawnServer(t, { args: ['--key-type', serverKey] });
    const { path } = workFolder(t);
    const authorityPem = readFileSync(authorityFile(server), 'utf8');
    const wanted = ['issued', 'signed', 'ecdsa-p256'];
    const clients = (await opensslClients(t, server, path)).filter(({ name }) => wanted.includes(name));
    for (const { name, cert, key } of clients) {
      const identity = { certificatePem: readFileSync(cert, 'utf8'), privateKeyPem: readFileSync(key, 'utf8') };
      const checks = await pykmip(t, server, { ...identity, authorityPem }, '', '');
      t.match(checks, [{ check: 'one key', ok: true }], name);
    }
  });

/** As clients make their own: issued by us, signed by us, and self-signed in several kinds; each known by its name. */
async function opensslClients(t: Test, server: ServerProcess, path: string): Promise<Client[]> {
  const added = async (name: string, ...flags: string[]) => {
    const { code, err } = await server.kmipd('client', 'add', name, ...flags);
    t.equal(code, 0, `${name} is added ${err}`);
  };
  await added('issued', '--issue', '--out', path);
  const csr = join(path, 'signed.csr');
  const key = join(path, 'signed.key');
  output('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-keyout', key, '-out', csr]);
  await added('signed', '--csr', csr, '--out', path);
  const own = [
    selfSigned(path, 'rsa', ['-newkey', 'rsa:3072']),
    selfSigned(path, 'ecdsa-p256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']),
    selfSigned(path, 'ecdsa-p521', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521']),
    selfSigned(path, 'ed25519', ['-newkey', 'ed25519']),
  ];
  for (const { name, cert } of own) await added(name, '--cert', cert);
  return [
    { name: 'issued', cert: join(path, 'issued.crt'), key: join(path, 'issued.key') },
    { name: 'signed', cert: join(path, 'signed.crt'), key },
    ...own,
  ];
}

function selfSigned(path: string, name: string, newKey: readonly string[]): Client {
  const [cert, key] = [join(path, `${name}.crt`), join(path, `${name}.key`)];
  output('openssl', [
    'req',
    '-x509',
    ...newKey,
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-days',
    '30',
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  return { name, cert, key };
}

const authorityFile = ({ data }: ServerProcess) => join(data, 'authority.crt');

interface Handshake {
  readonly version: string;
  readonly named: boolean;
  readonly ca: string;
  readonly more?: readonly string[];
}

/** A request over s_client: what it says of the connection, and the batch item that came back, if one did. */
async function sClient(server: ServerProcess, { version, named, ca, more = [] }: Handshake) {
  const { host, port } = server;
  const who = named ? ['-servername', NAME, '-verify_hostname', NAME] : ['-noservername', '-verify_ip', host];
  const tls = `-tls${version.replace('.', '_')}`;
  const args = ['s_client', '-connect', `${host}:${port}`, tls, ...who, '-CAfile', ca, '-ign_eof', ...more];
  const { out, err } = await talk('openssl', args, discoverVersions, written => answerIn(written) !== undefined);
  const answer = answerIn(out);
  const item: ResponseBatchItem | undefined = answer && decodeResponse(answer).message.batchItems?.[0];
  return { text: `${out.toString('latin1')}${err}`, item };
}

const HEAD = Buffer.from('42007b01', 'hex');

/** The Response Message among what s_client says, once it is whole. */
function answerIn(written: Buffer): Buffer | undefined {
  const at = written.indexOf(HEAD);
  if (at === -1 || written.length < at + 8) return undefined;
  const end = at + 8 + written.readUInt32BE(at + 4);
  return written.length < end ? undefined : written.subarray(at, end);
}
