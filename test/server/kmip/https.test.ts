import t from 'tap';
import { decodeResponse, supportedVersions, showVersion } from '../../../kmip-codec/index.ts';
import { runServer } from '../running-server.ts';
import { HttpsClient, httpRequest, rawConnection } from './https-client.ts';
import { bytesOf, createItem, endings, getItem, identifierIn, itemFor } from './messages.ts';
import { Operation } from '../../../kmip-codec/index.ts';

t.test('a message in an HTTP request is answered in its response, as the profile has it (encodings 2.5)', async t => {
  const server = await runServer(t);
  const client = new HttpsClient(t, server, await server.addClient('a'));
  t.equal(server.httpsPort, server.port, 'on the port of all others');
  const { status, headers, body } = await client.post(bytesOf([createItem()]));
  t.equal(status, 200);
  t.match(headers, {
    'content-type': 'application/octet-stream',
    'content-length': String(body.length),
    'cache-control': 'no-cache',
  });
  const { message } = decodeResponse(body);
  t.same(endings(message), ['Success']);
  const id = identifierIn(message.batchItems?.[0]);
  for (const version of supportedVersions) {
    const answer = await client.batch([getItem(id)], { version });
    t.same(endings(answer), ['Success'], showVersion(version));
  }
  t.same(endings(await client.batch([itemFor(Operation.Destroy, id)])), ['Success']);
  t.equal(server.connections, 1, 'over one connection that was kept');
});

t.test('bytes, one at a time', async t => {
  const server = await runServer(t);
  const { socket, until } = await rawConnection(t, server, await server.addClient('a'));
  for (const byte of httpRequest(bytesOf([createItem()]))) socket.write(Buffer.of(byte));
  t.match(await until(/\r\n\r\n/), /^HTTP\/1\.1 200 OK/);
});
