import t from 'tap';
import {
  ActivationDate,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  DataReference,
  IdentifierReference,
  Operation,
  PaddingMethod,
  registry,
  showVersion,
  V2_0,
  V2_1,
  type RequestBatchItem,
} from '../../../kmip-codec/index.ts';
import { aes256, template } from '../operations/world.ts';
import { runServer } from '../running-server.ts';
import { endings } from './messages.ts';

// What an item of 2.x may take from the answers before it.

const identifier = (kind: 'origin' | 'index', value: number) =>
  new IdentifierReference(kind, value) as unknown as string;
const data = (kind: 'origin' | 'index', value: number) => new DataReference(kind, value) as unknown as Uint8Array;
const { values: origins } = registry.UniqueIdentifier;
const { Sign, Verify } = CryptographicUsageMask;
const item = (operation: RequestBatchItem['operation'], requestPayload: object): RequestBatchItem => ({
  operation,
  requestPayload,
});
const get = (uniqueIdentifier?: string) => item(Operation.GetAttributeList, { uniqueIdentifier });
const create = item(Operation.Create, {
  objectType: 2,
  attributes: template(...aes256, [ActivationDate, new Date(0)]),
});
const createPair = item(Operation.CreateKeyPair, {
  commonAttributes: template([CryptographicAlgorithm, CryptographicAlgorithm.RSA], [CryptographicLength, 1024]),
  privateKeyAttributes: template([CryptographicUsageMask, Sign]),
  publicKeyAttributes: template([CryptographicUsageMask, Verify]),
});

for (const version of [V2_0, V2_1]) {
  const says = `KMIP ${showVersion(version)}`;

  t.test(
    `an integer is the nth Unique Identifier of the response, a negative one counts back, ${says} (2.1 §4.58)`,
    async t => {
      const server = await runServer(t);
      const client = await server.connect(await server.addClient('a'));
      const answer = await client.batch(
        [
          createPair,
          create,
          ...[0, 1, 2, -1].map(value => get(identifier('index', value))),
          get(identifier('origin', origins.CreateKeyPairPublicKey[0])),
          get(identifier('origin', origins.CreateKeyPairPrivateKey[0])),
          get(identifier('origin', origins.IDPlaceholder[0])),
        ],
        { version },
      );
      const answers = answer.batchItems!.map(one => one.responsePayload as Record<string, string>);
      const { privateKeyUniqueIdentifier: first, publicKeyUniqueIdentifier: second } = answers[0]!;
      const third = answers[1]!['uniqueIdentifier'];
      t.same(
        answers.slice(2).map(one => one['uniqueIdentifier']),
        [first, second, third, third, second, first, third],
      );
      for (const reference of [
        identifier('index', 0),
        identifier('index', -1),
        identifier('origin', origins.Create[0]),
        identifier('origin', origins.IDPlaceholder[0]),
      ])
        t.same(endings(await client.batch([get(reference)], { version })), ['Object Not Found'], 'nothing came before');
      for (const value of [3, -4])
        t.same(
          endings(await client.batch([createPair, create, get(identifier('index', value))], { version })),
          ['Success', 'Success', 'Object Not Found'],
          `there is none ${value}`,
        );
    },
  );

  t.test(`a key pair is named by its private key, or by the ID Placeholder, ${says} (2.1 §6.1.47)`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const answer = await client.batch([createPair, item(Operation.ReKeyKeyPair, {})], { version });
    t.same(endings(answer), ['Success', 'Success']);
    const [first, second] = answer.batchItems!.map(one => one.responsePayload as Record<string, string>);
    const { privateKeyUniqueIdentifier } = second!;
    const third = await client.batch([item(Operation.ReKeyKeyPair, { privateKeyUniqueIdentifier })], { version });
    t.same(endings(third), ['Success']);
    const refused = { privateKeyUniqueIdentifier: first!['privateKeyUniqueIdentifier'] };
    t.same(endings(await client.batch([item(Operation.ReKeyKeyPair, refused)], { version })), ['Permission Denied']);
    const events = (await server.events()).filter(({ action }) => action === 'hs-crypto.kmip-key.create');
    t.match(events.slice(0, 2), [{ target: { id: new RegExp(refused.privateKeyUniqueIdentifier!) } }, {}]);
    t.match(events[1]!.target, { id: new RegExp(privateKeyUniqueIdentifier!) });
    t.match(events[3], { outcome: 'failure', target: { id: new RegExp(refused.privateKeyUniqueIdentifier!) } });
  });

  t.test(`data of an earlier item, by what made them or as the nth, ${says} (2.1 §7.9, §11.13)`, async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const cryptographicParameters = { blockCipherMode: BlockCipherMode.ECB, paddingMethod: PaddingMethod.PKCS5 };
    const use = (operation: RequestBatchItem['operation'], of: Uint8Array) =>
      item(operation, { uniqueIdentifier: identifier('origin', origins.Create[0]), cryptographicParameters, data: of });
    const answer = await client.batch(
      [
        create,
        use(Operation.Encrypt, Buffer.from('plain')),
        use(Operation.Decrypt, data('origin', registry.Data.values.Encrypt[0])),
        use(Operation.Encrypt, Buffer.from('other')),
        use(Operation.Decrypt, data('index', 0)),
        use(Operation.Decrypt, data('index', -2)),
        use(Operation.Decrypt, data('origin', registry.Data.values.Encrypt[0])),
      ],
      { version },
    );
    t.same(endings(answer), Array(7).fill('Success'));
    const plain = (at: number) =>
      Buffer.from((answer.batchItems![at]!.responsePayload as { data: Uint8Array }).data).toString();
    t.same([2, 4, 5, 6].map(plain), ['plain', 'plain', 'other', 'other']);
    for (const reference of [data('index', 0), data('index', -1), data('origin', registry.Data.values.Hash[0])])
      t.same(endings(await client.batch([create, use(Operation.Encrypt, reference)], { version })), [
        'Success',
        'Invalid Field',
      ]);
  });
}
