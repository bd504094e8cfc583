import t, { type Test } from 'tap';
import {
  CryptographicAlgorithm,
  KeyFormatType,
  ObjectType,
  ResultStatus,
  State,
  supportedVersions,
  toProtocolVersion,
  V1_1,
  type ResponseMessage,
} from '../../kmip-codec/index.ts';
import { boot, playConnection, playConversation, type Step, type Subject } from '../../server/demo/index.ts';
import { addressesIn } from '../../server/demo/addresses.ts';
import { runServer, type RunningTestServer } from './running-server.ts';

const HOST_ADDRESS = '198.51.100.7';
const product = { version: '8.0.3 build-1', vendor: 'Example', product: 'Example Center' };
/** vCenter writes the address of a host into x-Name of that host's key. */
const hostKey: Subject = {
  product,
  use: { identifier: 'b6b3f6f0-0000-4000-8000-000000000001', component: 'ESXi Server', name: HOST_ADDRESS },
};
const machineKey: Subject = {
  product,
  use: { identifier: 'b6b3f6f0-0000-4000-8000-000000000002', component: 'Virtual Machine', name: 'vm-1' },
};

interface Exchange {
  readonly step: Step;
  readonly answer: ResponseMessage;
}

/** Plays the conversation for one key; every request with its answer. */
async function play(
  t: Test,
  server: RunningTestServer,
  subject: Subject,
  maxVersion: 'TLSv1.2' | 'TLSv1.3',
  localAddress?: string,
) {
  const client = await server.addClient(`vcenter-${subject.use.name.replaceAll('.', '-')}`);
  const exchanges: Exchange[] = [];
  let connections = 0;
  const connect = () =>
    server.connect(client, { minVersion: maxVersion, maxVersion, ...(localAddress !== undefined && { localAddress }) });
  const onlooker = {
    onConnection: (_: unknown, { socket }: { socket: { getProtocol(): string | null } }) => {
      connections++;
      if (socket.getProtocol() !== maxVersion) t.fail(`${socket.getProtocol()} was spoken`);
    },
    onAnswer: (step: Step, answer: ResponseMessage) => void exchanges.push({ step, answer }),
  };
  const uniqueIdentifier = await playConversation(subject, connect, onlooker);
  await playConnection(boot(uniqueIdentifier), connect, onlooker);
  t.equal(connections, 8);
  return { client, exchanges, uniqueIdentifier };
}

/** Payload of each batch item, after what all answers of one conversation have in common. */
function payloadsOf(t: Test, { step, answer }: Exchange): unknown[] {
  const asked = step.request.batchItems ?? [];
  const { protocolVersion, timeStamp, batchCount, ...rest } = answer.responseHeader;
  t.same(protocolVersion, toProtocolVersion(V1_1), `${step.title}: in the version of the request`);
  t.ok(Math.abs(timeStamp.getTime() - Date.now()) < 60_000);
  t.equal(batchCount, asked.length);
  t.same(rest, {});
  return (answer.batchItems ?? []).map((item, i) => {
    t.equal(item.operation, asked[i]?.operation);
    t.same(item.uniqueBatchItemId, asked[i]?.uniqueBatchItemId, 'the Unique Batch Item ID comes back as it was');
    t.equal(item.resultStatus, ResultStatus.Success);
    t.equal(item.resultReason, undefined);
    t.equal(item.resultMessage, undefined);
    return item.responsePayload;
  });
}

const versions = { protocolVersions: supportedVersions.map(toProtocolVersion) };

for (const tlsVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  t.test(`a virtual machine is encrypted as vCenter does it, over ${tlsVersion}`, async t => {
    const server = await runServer(t);
    const { exchanges, uniqueIdentifier } = await play(t, server, machineKey, tlsVersion);
    const payloads = exchanges.map(exchange => payloadsOf(t, exchange));
    t.match(uniqueIdentifier, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const named = { uniqueIdentifier };
    const added = (name: string, text: string) => ({
      uniqueIdentifier,
      attribute: { attribute: { attributeName: name }, value: { value: text } },
    });
    const key = {
      objectType: ObjectType.SymmetricKey,
      uniqueIdentifier,
      object: {
        keyBlock: {
          keyFormatType: KeyFormatType.Raw,
          cryptographicAlgorithm: CryptographicAlgorithm.AES,
          cryptographicLength: 256,
        },
      },
    };
    const state = (value: number) => ({ uniqueIdentifier, attributes: [{ attribute: State, value }] });
    const expected: object[][] = [
      [versions],
      [versions],
      [versions],
      [{ vendorIdentification: 'kmipd' }],
      [versions],
      [{ objectType: ObjectType.SymmetricKey, uniqueIdentifier }],
      [versions],
      [named],
      [named],
      [named],
      [added('x-Product_Version', '8.0.3 build-1'), added('x-Vendor', 'Example'), added('x-Product', 'Example Center')],
      [versions],
      [key],
      [state(State.PreActive)],
      [named],
      [versions],
      [named],
      [named],
      [named],
      [
        added('x-Identifier', machineKey.use.identifier),
        added('x-Component', 'Virtual Machine'),
        added('x-Name', 'vm-1'),
      ],
      [versions],
      [key],
      [state(State.Active)],
    ];
    t.equal(payloads.length, expected.length);
    for (const [i, payload] of payloads.entries()) t.match(payload, expected[i]!, exchanges[i]!.step.title);
    // What `match` leaves open: an attribute that is not set is answered by none.
    const unset = exchanges.filter(({ step }) => /^is .* set\?$/.test(step.title));
    t.equal(unset.length, 6);
    for (const { answer } of unset)
      t.same((answer.batchItems?.[0]?.responsePayload as { attributes?: unknown[] }).attributes ?? [], []);

    const keys = payloads
      .flat()
      .map(payload => (payload as { object?: { keyBlock: { keyValue: { keyMaterial: Uint8Array } } } }).object)
      .filter(object => object !== undefined)
      .map(({ keyBlock }) => Buffer.from(keyBlock.keyValue.keyMaterial));
    t.equal(keys.length, 2);
    t.equal(keys[0]!.length, 32);
    t.ok(keys[0]!.equals(keys[1]!), 'the same key each time');
  });
}

t.test('one event for everything that was done with the key, none for what is not, no address in any', async t => {
  const server = await runServer(t);
  const { client, exchanges, uniqueIdentifier } = await play(t, server, hostKey, 'TLSv1.2', '127.77.66.55');
  const [setting] = exchanges.slice(-4);
  t.equal(setting?.answer.batchItems?.length, 3, 'the name that is an address is kept');

  const events = await server.events();
  const seen = events.map(({ action, severity, outcome }) => [action.replace('hs-crypto.', ''), severity, outcome]);
  const read = ['kmip-key-attributes.retrieve', 'normal', 'success'];
  const write = ['kmip-key-attributes.write', 'normal', 'success'];
  t.same(seen, [
    ['kmip-key.create', 'normal', 'success'],
    ...[read, read, read, write, write, write],
    ['kmip-key.read', 'normal', 'success'],
    read,
    ['kmip-key.activate', 'warning', 'success'],
    ...[read, read, read, write, write, write],
    ['kmip-key.read', 'normal', 'success'],
    read,
  ]);
  for (const event of events) {
    t.equal(event.initiator.id, client.initiatorId);
    t.equal(event.initiator.name, client.name);
    t.ok(event.target.id.endsWith(`:${uniqueIdentifier}`), event.target.id);
  }
  t.ok(JSON.stringify(events).includes('[redacted]'), 'the address that vCenter wrote into x-Name is redacted');
  for (const text of [HOST_ADDRESS, '127.77.66.55', server.host, String(server.port)])
    t.notOk(JSON.stringify(events).includes(text), text);
  t.same(addressesIn(JSON.stringify(events)), []);
});

t.test('keys of several machines are made at the same time, each on connections of its own', async t => {
  const server = await runServer(t);
  const client = await server.addClient('vcenter');
  const connect = () => server.connect(client, { maxVersion: 'TLSv1.2' });
  const made = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      playConversation({ product, use: { ...machineKey.use, name: `vm-${i}` } }, connect),
    ),
  );
  t.equal(new Set(made).size, 8);
  const events = await server.events();
  for (const uniqueIdentifier of made)
    t.equal(events.filter(({ target }) => target.id.endsWith(uniqueIdentifier)).length, 16, uniqueIdentifier);
});

t.test('a connection that says nothing leaves neither event nor complaint', async t => {
  const server = await runServer(t);
  const client = await server.addClient('vcenter');
  for (let i = 0; i < 5; i++) await (await server.connect(client)).close();
  t.same(await server.events(), []);
  t.same(
    server.logged.filter(({ level }) => level === 'warn' || level === 'error'),
    [],
  );
});
