import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import {
  decodeItem,
  decodeItemJson,
  decodeItemXml,
  encodeItem,
  encodeItemJson,
  encodeItemXml,
  type TtlvItem,
} from '../../../kmip-codec/index.ts';
import { type CaseResult, loadTestCase, runConformance, type Way } from '../../../server/conformance/index.ts';
import { certificates, expectedAnswers, identity } from './canned-server.ts';

const path = fileURLToPath(new URL('cases/OWN-M-1-14.xml', import.meta.url));

interface Exchanged {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly request: TtlvItem;
}
type Encoding = readonly [
  contentType: string,
  encode: (item: TtlvItem) => Uint8Array,
  decode: (body: Buffer) => TtlvItem,
];

const ttlv: Encoding = ['application/octet-stream', encodeItem, body => decodeItem(body)];
const xml: Encoding = ['text/xml', item => Buffer.from(encodeItemXml(item)), body => decodeItemXml(String(body))];
const json: Encoding = [
  'application/json',
  item => Buffer.from(encodeItemJson(item)),
  body => decodeItemJson(String(body)),
];

/** Plays a case against an HTTPS server that gives the answers it expects, but for what `edit` does to each. */
async function play(
  way: Way,
  [contentType, encode, decode]: Encoding,
  edit: (response: ServerResponse, body: Uint8Array) => Uint8Array | undefined = (_response, body) => body,
): Promise<{ result: CaseResult; exchanged: Exchanged[]; connections: number }> {
  const answers = expectedAnswers(loadTestCase(path));
  const exchanged: Exchanged[] = [];
  let connections = 0;
  const server = createServer({ ...certificates, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      exchanged.push({ method, url, headers, request: decode(Buffer.concat(chunks)) });
      const body = encode(answers[exchanged.length - 1]!);
      response.setHeader('content-type', contentType);
      response.setHeader('cache-control', 'no-cache');
      response.setHeader('content-length', body.byteLength);
      const edited = edit(response, body);
      if (edited) response.end(edited);
    });
  });
  server.on('secureConnection', () => connections++);
  const port = await listen(server);
  try {
    const { results } = await runConformance({
      target: { host: '127.0.0.1', port: 1, https: { host: '127.0.0.1', port }, ca: certificates.ca, timeoutMs: 500 },
      identityOf: () => identity,
      paths: [path],
      way,
      cleansUp: false,
      now: () => new Date(),
    });
    return { result: results[0]!, exchanged, connections };
  } finally {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

t.test(
  'plays over HTTPS with POST to /kmip and the content type of the encoding (encodings standard, 2.3, 2.4)',
  async t => {
    const ways: [way: Way, encoding: Encoding][] = [
      ['https', ttlv],
      ['xml', xml],
      ['json', json],
    ];
    for (const [way, encoding] of ways) {
      const { result, exchanged, connections } = await play(way, encoding);
      t.match(result, { status: 'passed', exchangesPlayed: 3 }, way);
      t.equal(connections, 2, 'client A and client B, each on a connection that is kept');
      t.match(exchanged[0], {
        method: 'POST',
        url: '/kmip',
        headers: { 'content-type': encoding[0], 'cache-control': 'no-cache', 'content-length': /^[0-9]+$/ },
      });
    }
  },
);

t.test('an answer that breaks the rules of HTTP fails the case (encodings standard, 2.5)', async t => {
  const problems: [
    title: string,
    edit: (response: ServerResponse, body: Uint8Array) => Uint8Array | undefined,
    got: RegExp,
  ][] = [
    ['another status', (response, body) => ((response.statusCode = 201), body), /HTTP status 201, must be 200/],
    [
      'another content type',
      (response, body) => (response.setHeader('content-type', 'text/html'), body),
      /Content-Type 'text\/html', must be application\/octet-stream/,
    ],
    ['no content length', (response, body) => (response.removeHeader('content-length'), body), /Content-Length/],
    [
      'an answer that may be cached',
      (response, body) => (response.setHeader('cache-control', 'max-age=60'), body),
      /Cache-Control 'max-age=60', must be no-cache/,
    ],
    ['a body that is no message', (_response, body) => new Uint8Array(body.byteLength), /tag|item/i],
    ['no answer', () => undefined, /no answer within 500 ms/],
  ];
  for (const [title, edit, got] of problems) {
    const { result } = await play('https', ttlv, edit);
    t.match(result, { status: 'failed', failure: { exchange: 0, path: 'ResponseMessage', got } }, title);
  }
});
