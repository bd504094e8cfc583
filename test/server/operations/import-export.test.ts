import t from 'tap';
import * as kmip from '../../../kmip-codec/index.ts';
import {
  ActivationDate,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicParameters,
  CryptographicUsageMask,
  DestroyDate,
  findKeyBlock,
  InitialDate,
  KeyFormatType,
  KeyWrapType,
  Name,
  NameType,
  ObjectType,
  Operation,
  RevocationReasonCode,
  Sensitive,
  State,
  supportedVersions,
  UniqueIdentifier,
  V1_4,
  WrappingMethod,
  type ManagedObjectValue,
  type RequestOf,
} from '../../../kmip-codec/index.ts';
import { aesBlock, keyBlockOf, objectSamples, samplesIn } from './object-samples.ts';
import { openWorld, template, type AttributeRow, type World } from './world.ts';

type ImportRequest = RequestOf<typeof Operation.Import>;
const importing = (
  uniqueIdentifier: string,
  objectType: number,
  object: ManagedObjectValue,
  ...rows: AttributeRow[]
): ImportRequest => ({
  uniqueIdentifier,
  objectType: objectType as 2,
  attributes: template(...rows).given,
  object,
});
const aes = objectSamples.get(ObjectType.SymmetricKey)!;
const { SymmetricKey } = ObjectType;
const versions = supportedVersions.filter(version => version >= V1_4);
const past = new Date('2020-01-01T00:00:00Z');

async function register(world: World, objectType: number, object: ManagedObjectValue, ...rows: AttributeRow[]) {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: objectType as 2,
    attributes: template([CryptographicUsageMask, 12], ...rows),
    object,
  });
  return uniqueIdentifier;
}

t.test(
  'every Object Type is imported and exported with its attributes (2.1 §6.1.18, §6.1.25, 1.4 §4.40, §4.41)',
  async t => {
    const world = await openWorld(t);
    for (const version of versions) {
      world.version = version;
      for (const [objectType, value] of samplesIn(version)) {
        const name = ObjectType.names.show(objectType);
        const uniqueIdentifier = `from elsewhere ${name} ${version}`;
        const rows: AttributeRow[] = [[InitialDate, past]];
        if (objectType !== ObjectType.Template && objectType !== ObjectType.OpaqueObject)
          rows.push([State, State.Deactivated], [ActivationDate, past]);
        const answer = await world.run(Operation.Import, importing(uniqueIdentifier, objectType, value, ...rows));
        t.equal(answer.uniqueIdentifier, uniqueIdentifier);
        t.equal(world.idPlaceholder, uniqueIdentifier);
        world.idPlaceholder = undefined;
        const back = await world.run(Operation.Export, { uniqueIdentifier });
        t.equal(world.idPlaceholder, uniqueIdentifier, 'Export leaves it in the ID Placeholder');
        t.equal(back.objectType, objectType);
        t.match(back.object, value, name);
        t.same(await world.valueOf(uniqueIdentifier, InitialDate), past, 'not set anew');
        if (rows.length > 1) t.equal(await world.valueOf(uniqueIdentifier, State), State.Deactivated);
        const exported = new Set([...back.attributes!].map(one => one.attribute.attributeName));
        for (const [attribute] of rows) t.ok(exported.has(attribute.attributeName), attribute.attributeName);
        t.ok(exported.has(UniqueIdentifier.attributeName));
      }
    }
  },
);

t.test('what is exported is imported unchanged (2.1 §6.1.25)', async t => {
  const world = await openWorld(t);
  for (const version of versions) {
    world.version = version;
    const uniqueIdentifier = await world.createKey([Name, { nameValue: `n${version}`, nameType: NameType.URI }]);
    await world.run(Operation.Activate, { uniqueIdentifier });
    const exported = await world.run(Operation.Export, { uniqueIdentifier });
    await t.test('elsewhere', async t => {
      const other = (await openWorld(t)).later(100);
      other.version = version;
      await other.run(Operation.Import, exported);
      t.same(await other.run(Operation.Export, { uniqueIdentifier }), exported);
    });
  }
});

t.test('an object that is here already stays, unless it shall be replaced (2.1 §6.1.25)', async t => {
  const world = await openWorld(t);
  for (const version of versions) {
    world.version = version;
    const uniqueIdentifier = await world.createKey();
    const request = importing(uniqueIdentifier, SymmetricKey, aes);
    t.equal(await world.outcome(Operation.Import, request), 'Object Already Exists');
    t.equal(await world.outcome(Operation.Import, { ...request, replaceExisting: false }), 'Object Already Exists');
    t.equal(await world.outcome(Operation.Import, { ...request, replaceExisting: true }), 'Success');
    t.match((await world.run(Operation.Get, { uniqueIdentifier })).object, aes);
    const secret = importing(uniqueIdentifier, ObjectType.SecretData, objectSamples.get(ObjectType.SecretData)!);
    t.equal(await world.outcome(Operation.Import, { ...secret, replaceExisting: true }), 'Invalid Field', 'a key');
  }
});

t.test('attributes that no such object has are refused (1.4 §11.41)', async t => {
  const world = await openWorld(t);
  for (const version of versions) {
    world.version = version;
    const outcome = (...rows: AttributeRow[]) =>
      world.outcome(Operation.Import, importing('new', SymmetricKey, aes, ...rows));
    const ones = (one: string, since2: string) => (version < 0x200 ? one : since2);
    t.equal(await outcome([kmip.CertificateLength, 7]), ones('Invalid Field', 'Invalid Attribute'));
    t.equal(
      await outcome([State, State.Active], [State, State.Active]),
      ones('Invalid Field', 'Attribute Single Valued'),
    );
    t.equal(
      await outcome([Name, { nameValue: '', nameType: NameType.URI }]),
      ones('Invalid Field', 'Invalid Attribute Value'),
    );
    const groups = Array.from({ length: 11 }, (_, i): AttributeRow => [kmip.ObjectGroup, `group ${i}`]);
    t.equal(await outcome(...groups), ones('Index Out of Bounds', 'Server Limit Exceeded'));
    const nameValue = `taken ${version}`;
    await world.createKey([Name, { nameValue, nameType: NameType.URI }]);
    t.equal(
      await outcome([Name, { nameValue, nameType: NameType.URI }]),
      ones('Invalid Field', 'Non Unique Name Attribute'),
    );
    t.equal(
      await outcome([kmip.ApplicationSpecificInformation, { applicationNamespace: 'tape' }]),
      'Application Namespace Not Supported',
    );
  }
});

t.test('a Unique Identifier that cannot be shown is refused', async t => {
  const world = await openWorld(t);
  for (const uniqueIdentifier of ['', 'a\nb', 'x'.repeat(201)])
    t.equal(await world.outcome(Operation.Import, importing(uniqueIdentifier, SymmetricKey, aes)), 'Invalid Field');
  t.equal(await world.outcome(Operation.Import, importing('x'.repeat(200), SymmetricKey, aes)), 'Success');
});

t.test('a wrapped key is unwrapped when it shall be Not Wrapped, or kept as it is (2.1 §6.1.25)', async t => {
  const world = await openWorld(t);
  const { WrapKey, UnwrapKey } = CryptographicUsageMask;
  const wrapping = (
    await world.run(Operation.Create, {
      objectType: SymmetricKey,
      attributes: template(
        [CryptographicAlgorithm, CryptographicAlgorithm.AES],
        [CryptographicUsageMask, WrapKey | UnwrapKey],
        [ActivationDate, past],
        [CryptographicParameters, { blockCipherMode: BlockCipherMode.NISTKeyWrap }],
      ),
    })
  ).uniqueIdentifier;
  const uniqueIdentifier = await register(world, SymmetricKey, aes);
  const keyWrappingSpecification = {
    wrappingMethod: WrappingMethod.Encrypt,
    encryptionKeyInformation: { uniqueIdentifier: wrapping },
  };
  for (const version of versions) {
    world.version = version;
    const { object, objectType } = await world.run(Operation.Export, { uniqueIdentifier, keyWrappingSpecification });
    t.ok(findKeyBlock(object)!.keyWrappingData);
    const request = (keyWrapType: 1 | 2, name: string) => ({
      ...importing(`${name} ${version}`, objectType, object),
      keyWrapType,
    });
    const plain = await world.run(Operation.Import, request(KeyWrapType.NotWrapped, 'plain'));
    t.match((await world.run(Operation.Get, plain)).object, { keyBlock: { keyValue: aesBlock.keyValue } });
    const kept = await world.run(Operation.Import, request(KeyWrapType.AsRegistered, 'kept'));
    t.match((await world.run(Operation.Get, kept)).object, object);
    const keyBlock = findKeyBlock(object)!;
    const gone = {
      keyBlock: {
        ...keyBlock,
        keyWrappingData: { ...keyBlock.keyWrappingData!, encryptionKeyInformation: { uniqueIdentifier: 'gone' } },
      },
    };
    t.not(
      await world.outcome(Operation.Import, { ...request(KeyWrapType.NotWrapped, 'gone'), object: gone }),
      'Success',
      'the wrapping key is not available',
    );
  }
});

t.test('of a destroyed key the attributes are exported, and a Key Block without its value (2.1 §6.1.18)', async t => {
  const world = await openWorld(t);
  for (const version of versions) {
    world.version = version;
    const its = { uniqueIdentifier: await world.createKey() };
    await world.run(Operation.Destroy, its);
    const { object, attributes } = await world.run(Operation.Export, its);
    t.match(object, { keyBlock: { keyFormatType: KeyFormatType.Raw, keyValue: undefined } });
    t.ok([...attributes!].some(one => one.attribute.attributeName === DestroyDate.attributeName));
    const secret = objectSamples.get(ObjectType.SecretData)!;
    const lost = { uniqueIdentifier: await register(world, ObjectType.SecretData, secret) };
    await world.run(Operation.Destroy, lost);
    t.equal(
      await world.outcome(Operation.Export, lost),
      version < 0x200 ? 'Illegal Operation' : 'Key Value Not Present',
    );
    const destroyed = importing(
      `destroyed ${version}`,
      SymmetricKey,
      aes,
      [State, State.Destroyed],
      [DestroyDate, past],
    );
    const { uniqueIdentifier } = await world.run(Operation.Import, destroyed);
    t.equal((await world.objects.find(uniqueIdentifier))!.hasMaterial, false, 'what is destroyed stays so');
  }
});

t.test('Export refuses what Get refuses (1.4 §11.40)', async t => {
  const world = await openWorld(t);
  for (const version of versions) {
    world.version = version;
    const uniqueIdentifier = await world.createKey([Sensitive, true]);
    const outcome = (more: object = {}) => world.outcome(Operation.Export, { uniqueIdentifier, ...more });
    t.equal(await outcome(), 'Sensitive');
    const open = await register(world, ObjectType.SecretData, {
      ...objectSamples.get(ObjectType.SecretData)!,
      keyBlock: keyBlockOf(KeyFormatType.Opaque, Buffer.from('x')),
    });
    t.equal(
      await outcome({ uniqueIdentifier: open, keyFormatType: KeyFormatType.PKCS_8 }),
      'Key Format Type Not Supported',
    );
    const revocationReason = { revocationReasonCode: RevocationReasonCode.KeyCompromise };
    await world.run(Operation.Revoke, { uniqueIdentifier: open, revocationReason });
    t.equal(await outcome({ uniqueIdentifier: open }), 'Success', 'in every state');
  }
});
