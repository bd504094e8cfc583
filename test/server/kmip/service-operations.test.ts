import t from 'tap';
import {
  AsynchronousIndicator,
  EndpointRole,
  InteropFunction,
  ObjectType,
  Operation,
  PKCS11Function,
  PKCS11ReturnCode,
  ProtectionStorageMask,
  QueryFunction,
  V1_4,
  V2_0,
  V2_1,
  ValidityIndicator,
  type RequestOf,
} from '../../../kmip-codec/index.ts';
import { parseCertificates } from '../../../certs/index.ts';
import { aes256, template } from '../operations/world.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { createItem, ending, getItem, identifierIn } from './messages.ts';

const outcomeOf = async (client: KmipClient, operation: typeof Operation.Interop, interopFunction: number) => {
  const request = { interopFunction, interopIdentifier: 'CASE-1' } as RequestOf<typeof Operation.Interop>;
  return ending(await client.item(operation, request, { version: V2_1 }));
};

t.test('what a client says stands in the log, without addresses, and makes no event (2.1 §6.1.29)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (const version of [V2_0, V2_1])
    await client.request(Operation.Log, { logMessage: 'begin at 192.0.2.7\u0007' }, { version });
  const said = server.logged.filter(({ message }) => message === 'a client says');
  t.equal(said.length, 2);
  t.match(said[0], { level: 'info', fields: { client: 'a', logMessage: /^begin at \[redacted\]/ } });
  t.same(await server.events(), []);
  const { batchItems } = await client.batch([{ operation: Operation.Log }], { version: V1_4 });
  t.equal(ending(batchItems![0]!), 'Operation Not Supported');
});

t.test('Interop is not there unless a setting permits it (2.1 §6.1.26)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  t.equal(await outcomeOf(client, Operation.Interop, InteropFunction.Begin), 'Operation Not Supported');
  const queryFunctions = [QueryFunction.QueryOperations];
  const { operations } = await client.request(Operation.Query, { queryFunctions }, { version: V2_1 });
  t.notOk(operations!.includes(Operation.Interop));
});

t.test('Reset destroys what the vault has, and nothing of another, with an event each (2.1 §6.1.26)', async t => {
  const server = await runServer(t, { settings: { 'operations.interop': true } });
  const client = await server.connect(await server.addClient('a'));
  const stranger = await server.connect(await server.addClient('b', { vault: 'another' }));
  const make = async (who: KmipClient) => identifierIn((await who.batch([createItem()])).batchItems![0]);
  const [first, second, theirs] = [await make(client), await make(client), await make(stranger)];
  t.equal(await outcomeOf(client, Operation.Interop, InteropFunction.Begin), 'Success');
  t.equal(await outcomeOf(client, Operation.Interop, InteropFunction.Reset), 'Success');
  const get = async (who: KmipClient, id: string) => ending((await who.batch([getItem(id)])).batchItems![0]!);
  t.same([await get(client, first), await get(client, second)], ['Item Not Found', 'Item Not Found']);
  t.equal(await get(stranger, theirs), 'Success');
  const destroyed = (await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.destroy');
  t.same(new Set(destroyed.map(({ target }) => target.name)), new Set([first, second]));
  t.same(new Set(destroyed.map(({ outcome }) => outcome)), new Set(['success']));

  // A batch that is undone has destroyed nothing, and no event says so.
  const kept = await make(client);
  const reset = { interopFunction: InteropFunction.Reset, interopIdentifier: 'CASE-2' };
  const { batchItems } = await client.batch(
    [{ operation: Operation.Interop, requestPayload: reset }, getItem('none')],
    { version: V2_1, header: { batchErrorContinuationOption: 3 } },
  );
  t.same(batchItems!.map(ending), ['Operation Undone', 'Object Not Found']);
  t.equal(await get(client, kept), 'Success');
  const after = (await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.destroy');
  t.equal(after.length, 2);
});

t.test('Ping, Set Endpoint Role, PKCS#11 and Protection Storage Masks on the way (2.1 §6.1)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const version = V2_1;
  t.same(await client.request(Operation.Ping, {}, { version }), {});
  const role = (endpointRole: 1 | 2) => client.item(Operation.SetEndpointRole, { endpointRole }, { version });
  t.equal(ending(await role(EndpointRole.Server)), 'Success');
  t.equal(ending(await role(EndpointRole.Client)), 'Feature Not Supported');

  const { C_Initialize, C_GetInfo } = PKCS11Function;
  const pkcs11 = (who: KmipClient, request: RequestOf<typeof Operation.PKCS_11>) =>
    who.request(Operation.PKCS_11, request, { version });
  const { correlationValue } = await pkcs11(client, { pkcs11Function: C_Initialize });
  const info = await pkcs11(client, { pkcs11Function: C_GetInfo, correlationValue });
  t.equal(info.pkcs11ReturnCode, PKCS11ReturnCode.OK);
  const other = await server.connect(await server.addClient('b'));
  const asked = other.item(Operation.PKCS_11, { pkcs11Function: C_GetInfo, correlationValue }, { version });
  t.equal(ending(await asked), 'Invalid Asynchronous Correlation Value', 'of another client');

  const create = (mask: number) =>
    client.item(
      Operation.Create,
      {
        objectType: ObjectType.SymmetricKey,
        attributes: template(...aes256),
        protectionStorageMasks: { protectionStorageMasks: [mask] },
      },
      { version },
    );
  t.equal(ending(await create(ProtectionStorageMask.Software)), 'Success');
  t.equal(ending(await create(ProtectionStorageMask.Hardware)), 'Protection Storage Unavailable');
});

t.test('Validate judges by the clock of the server (2.1 §6.1.57, 1.4 §4.24)', async t => {
  const server = await runServer(t, { now: new Date() });
  const identity = await server.addClient('a');
  const client = await server.connect(identity);
  const [leaf] = parseCertificates(identity.certificatePem);
  const [root] = parseCertificates(server.authorityPem);
  const certificate = (der: Uint8Array) => ({ certificateType: 1, certificateValue: der }) as const;
  for (const version of [V1_4, V2_1]) {
    const ask = async (validityDate?: Date) => {
      const certificates = [certificate(leaf!.der)];
      return (await client.request(Operation.Validate, { certificates, validityDate }, { version })).validityIndicator;
    };
    if (version === V1_4) {
      t.equal(await ask(), ValidityIndicator.Unknown);
      const object = certificate(root!.der);
      await client.request(Operation.Register, { objectType: 1, attributes: template(), object }, { version });
    }
    t.equal(await ask(), ValidityIndicator.Valid);
    t.equal(await ask(new Date(0)), ValidityIndicator.Invalid);
  }
});

t.test('Query tells of asynchronous requests, and they are taken (2.1 §7.5)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const queryFunctions = [QueryFunction.QueryCapabilities];
  const { capabilityInformation } = await client.request(Operation.Query, { queryFunctions }, { version: V2_1 });
  t.equal(capabilityInformation![0]!.asynchronousCapability, true);
  const header = { asynchronousIndicator: AsynchronousIndicator.Mandatory };
  t.equal(ending((await client.batch([createItem()], { version: V2_1, header })).batchItems![0]!), 'Operation Pending');
});
