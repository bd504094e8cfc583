import t from 'tap';
import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  IdentifierReference,
  Name,
  ObjectType,
  Operation,
  registry,
  State,
  TemplateAttributes,
  V2_0,
  V2_1,
  type RequestBatchItem,
} from '../../../kmip-codec/index.ts';
import { runServer } from '../running-server.ts';
import { ending, endings } from './messages.ts';

const item = (operation: RequestBatchItem['operation'], requestPayload: object): RequestBatchItem => ({
  operation,
  requestPayload,
});
const vendorAttribute = customAttribute('x-Product');
const createIn2 = (nameValue: string): RequestBatchItem => ({
  operation: Operation.Create,
  requestPayload: {
    objectType: ObjectType.SymmetricKey,
    attributes: new TemplateAttributes([
      { attribute: CryptographicAlgorithm, value: CryptographicAlgorithm.AES },
      { attribute: CryptographicLength, value: 256 },
      { attribute: CryptographicUsageMask, value: 12 },
      { attribute: Name, value: { nameValue, nameType: 1 } },
      { attribute: vendorAttribute, value: customText('one') },
    ]),
  },
});
const reference = (kind: 'origin' | 'index', value: number) =>
  new IdentifierReference(kind, value) as unknown as string;

for (const version of [V2_0, V2_1]) {
  t.test(`a key lives and is found in KMIP 2 (2.1 §6.1): ${version}`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const message = await client.batch(
      [
        createIn2('first'),
        item(Operation.GetAttributes, { attributeNames: ['State', 'x-Product', 'Name'] }),
        item(Operation.Activate, {
          uniqueIdentifier: reference('origin', registry.UniqueIdentifier.values.Create[0]),
        }),
        item(Operation.Get, { uniqueIdentifier: reference('index', 0) }),
        item(Operation.Locate, {
          attributes: [{ attribute: Name, value: { nameValue: 'first', nameType: 1 } }],
        }),
        item(Operation.GetAttributes, { uniqueIdentifier: reference('index', -1), attributeNames: ['State'] }),
      ],
      { version },
    );
    t.same(message.batchItems?.map(ending), Array(6).fill('Success'));
    const [created, attributes, , got, located, state] = message.batchItems!.map(
      one => one.responsePayload as Record<string, unknown>,
    );
    const names = (payload: unknown) =>
      (payload as { attributes: { attribute: { attributeName: string }; value: unknown }[] }).attributes;
    t.same(
      names(attributes).map(one => one.attribute.attributeName),
      ['State', 'x-Product', 'Name'],
    );
    t.equal(got!['uniqueIdentifier'], created!['uniqueIdentifier']);
    t.same(located!['uniqueIdentifiers'], [created!['uniqueIdentifier']]);
    t.equal(names(state)[0]!.value, State.Active);

    const missing = item(Operation.Get, {
      uniqueIdentifier: reference('origin', registry.UniqueIdentifier.values.Register[0]),
    });
    t.same(endings(await client.batch([missing], { version })), ['Object Not Found'], 'nothing was registered');
    const doomed = await client.batch(
      [createIn2('second'), item(Operation.Destroy, { uniqueIdentifier: reference('index', -1) })],
      { version },
    );
    t.same(endings(doomed), ['Success', 'Success']);
  });
}
