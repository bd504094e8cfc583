import t from 'tap';
import {
  ActivationDate,
  ApplicationSpecificInformation,
  attributes,
  BlockCipherMode,
  CodecError,
  ContactInformation,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParameters,
  CryptographicUsageMask,
  customAttribute,
  customText,
  DeactivationDate,
  DestroyDate,
  Digest,
  encodeItemAs,
  existsIn,
  Fresh,
  HashingAlgorithm,
  InitialDate,
  ItemType,
  Link,
  LinkType,
  LocateResponse,
  Name,
  NameType,
  ObjectGroup,
  ObjectGroupMember,
  ObjectType,
  Operation,
  PaddingMethod,
  RevocationReason,
  RevocationReasonCode,
  showVersion,
  State,
  StorageStatusMask,
  supportedVersions,
  Tag,
  UniqueIdentifier,
  UsageLimits,
  UsageLimitsUnit,
  V1_0,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  type CustomValue,
  type LocateRequest,
} from '../../../kmip-codec/index.ts';
import { versionsBefore2 } from './versions.ts';
import { openWorld, type AttributeRow, type World } from './world.ts';

type Asked = readonly AttributeRow[];

async function locate(world: World, asked: Asked, more: Partial<LocateRequest> = {}): Promise<readonly string[]> {
  const given = asked.map(([attribute, value, attributeIndex]) => ({ attribute, value, attributeIndex }));
  return (await world.run(Operation.Locate, { ...more, attributes: given })).uniqueIdentifiers ?? [];
}
const outcome = (world: World, asked: Asked, more: Partial<LocateRequest> = {}) =>
  world.outcome(Operation.Locate, { ...more, attributes: asked.map(([attribute, value]) => ({ attribute, value })) });

const named = (nameValue: string): AttributeRow => [Name, { nameValue, nameType: NameType.UninterpretedTextString }];

/** The Unique Identifiers in the order in which the keys were made, one key for each list of attributes. */
async function createKeys(world: World, ...keys: readonly (readonly AttributeRow[])[]): Promise<string[]> {
  const made: string[] = [];
  for (const rows of keys) made.push(await world.createKey(...rows));
  return made;
}

t.test('finds every object when no attribute is given, newest first (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const made = await createKeys(world, [], [], []);
  for (const version of supportedVersions) {
    world.version = version;
    t.same(await locate(world, []), made.toReversed(), showVersion(version));
  }
});

t.test('finds a key by each attribute that it has, in every version (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const key = await world.createKey(
    named('key'),
    [ObjectGroup, 'group'],
    [ContactInformation, 'Joe'],
    [ApplicationSpecificInformation, { applicationNamespace: 'ssl', applicationData: 'www.example.com' }],
    [CryptographicParameters, { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.PKCS5 }],
    [Link, { linkType: LinkType.ParentLink, linkedObjectIdentifier: 'p' }],
    [UsageLimits, { usageLimitsTotal: 10n, usageLimitsUnit: UsageLimitsUnit.Byte }],
    [DeactivationDate, new Date('2031-01-01T00:00:00Z')],
    [customAttribute('x-product'), customText('vSphere')],
  );
  await world.createKey([DeactivationDate, new Date('2032-01-01T00:00:00Z')]);
  await world.run(Operation.Activate, { uniqueIdentifier: key });
  const kept = (await world.objects.find(key))!.attributes;
  t.ok(kept.size > 20, 'it has enough of them');
  for (const version of supportedVersions) {
    world.version = version;
    for (const { attribute, value } of kept) {
      if (!existsIn(attribute, version)) continue;
      if (attribute === Link && version < V1_2) continue; // the Parent Link came with 1.2
      const found = await locate(world, [[attribute, value]]);
      t.ok(found.includes(key), `${attribute.attributeName}, ${showVersion(version)}`);
    }
  }
});

t.test('finds by all attributes that are given, also when one is given twice (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const [one, both] = await createKeys(
    world,
    [named('a'), [ObjectGroup, 'g1']],
    [named('b'), named('c').concat(1) as unknown as AttributeRow, [ObjectGroup, 'g1'], [ObjectGroup, 'g2', 1]],
  );
  t.same(await locate(world, [[ObjectGroup, 'g1']]), [both, one]);
  t.same(
    await locate(world, [
      [ObjectGroup, 'g1'],
      [ObjectGroup, 'g2'],
    ]),
    [both],
  );
  t.same(await locate(world, [named('a'), [ObjectType, ObjectType.SymmetricKey]]), [one]);
  t.same(await locate(world, [named('b'), named('c')]), [both]);
  t.same(await locate(world, [named('a'), named('b')]), []);
  t.same(
    await locate(world, [[Name, { nameValue: 'a', nameType: NameType.URI }]]),
    [],
    'the Name Type is compared too',
  );
  t.same(await locate(world, [[ObjectGroup, 'g1', 7]]), [both, one], 'an Attribute Index is ignored');
});

t.test('finds by the fields of a structure that are given, in one and the same instance (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const link = (linkType: number, linkedObjectIdentifier: string) => ({ linkType, linkedObjectIdentifier });
  const parameters = (blockCipherMode: number, paddingMethod: number) => ({ blockCipherMode, paddingMethod });
  const [crossed, straight] = await createKeys(
    world,
    [
      [Link, link(LinkType.NextLink, '1')],
      [Link, link(LinkType.PreviousLink, '2'), 1],
      [CryptographicParameters, parameters(BlockCipherMode.CBC, PaddingMethod.None)],
      [CryptographicParameters, parameters(BlockCipherMode.ECB, PaddingMethod.PKCS5), 1],
    ],
    [
      [Link, link(LinkType.NextLink, '2')],
      [CryptographicParameters, parameters(BlockCipherMode.CBC, PaddingMethod.PKCS5)],
    ],
  );
  t.same(await locate(world, [[Link, link(LinkType.NextLink, '2')]]), [straight]);
  t.same(await locate(world, [[Link, { linkedObjectIdentifier: '2' }]]), [straight, crossed]);
  t.same(await locate(world, [[Link, { linkType: LinkType.PreviousLink }]]), [crossed]);
  t.same(await locate(world, [[CryptographicParameters, parameters(BlockCipherMode.CBC, PaddingMethod.PKCS5)]]), [
    straight,
  ]);
  t.same(await locate(world, [[CryptographicParameters, { paddingMethod: PaddingMethod.PKCS5 }]]), [straight, crossed]);
  const other = await world.createKey();
  t.same(await locate(world, [[CryptographicParameters, {}]]), [straight, crossed], 'any Cryptographic Parameters');
  t.ok((await locate(world, [[Digest, { hashingAlgorithm: HashingAlgorithm.SHA_256 }]])).includes(other));
});

t.test('finds custom attributes of every item type, each by its own (1.4 §3.39)', async t => {
  const world = await openWorld(t);
  const x = customAttribute('x-value');
  const tag = Tag.AttributeValue;
  const values: CustomValue[] = [
    { tag, type: ItemType.Integer, value: 1 },
    { tag, type: ItemType.LongInteger, value: 1n },
    { tag, type: ItemType.LongInteger, value: -(2n ** 63n) },
    { tag, type: ItemType.BigInteger, value: 1n },
    { tag, type: ItemType.BigInteger, value: 2n ** 200n },
    { tag, type: ItemType.Enumeration, value: 1 },
    { tag, type: ItemType.Boolean, value: true },
    { tag, type: ItemType.TextString, value: '1' },
    { tag, type: ItemType.TextString, value: '' },
    { tag, type: ItemType.TextString, value: 'é'.repeat(5000) },
    { tag, type: ItemType.TextString, value: `${'é'.repeat(4999)}e` },
    { tag, type: ItemType.ByteString, value: Buffer.from([1]) },
    { tag, type: ItemType.ByteString, value: Buffer.alloc(3000, 1) },
    { tag, type: ItemType.DateTime, value: new Date(1000) },
    { tag, type: ItemType.Interval, value: 1 },
    { tag, type: ItemType.Structure, value: [{ tag: Tag.Key, type: ItemType.ByteString, value: Buffer.from([1]) }] },
    { tag, type: ItemType.Structure, value: [{ tag: Tag.Key, type: ItemType.ByteString, value: Buffer.from([2]) }] },
  ];
  const made = await createKeys(world, ...values.map((value): AttributeRow[] => [[x, value]]));
  for (const [i, value] of values.entries()) t.same(await locate(world, [[x, value]]), [made[i]], `value ${i}`);
  t.same(await locate(world, [[customAttribute('x-other'), values[0]]]), []);
});

t.test('a date given once is that date, given twice the time between, ends included (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const date = (seconds: number) => new Date(Date.UTC(2040, 0, 1) + seconds * 1000);
  const [first, second, third] = await createKeys(
    world,
    [[DeactivationDate, date(1)]],
    [[DeactivationDate, date(2)]],
    [[DeactivationDate, date(3)]],
    [],
  );
  const during = (...dates: Date[]) =>
    locate(
      world,
      dates.map(value => [DeactivationDate, value] as const),
    );
  t.same(await during(date(2)), [second]);
  t.same(await during(date(2), date(3)), [third, second]);
  t.same(await during(date(3), date(2)), [third, second], 'in either order');
  t.same(await during(new Date(0), date(1)), [first]);
  t.same(await during(date(4), date(9)), []);
  t.same(await during(date(2), date(2)), [second]);
  t.equal(
    await outcome(
      world,
      [1, 2, 3].map(n => [DeactivationDate, date(n)] as const),
    ),
    'Invalid Field',
  );
  t.equal((await locate(world, [[InitialDate, world.now]])).length, 4);
});

t.test('finds a state as it is at this moment (1.4 §3.22)', async t => {
  const world = await openWorld(t);
  const at = (seconds: number) => new Date(world.now.getTime() + seconds * 1000);
  const key = await world.createKey([ActivationDate, at(10)], [DeactivationDate, at(20)]);
  const states = async () => {
    const found: number[] = [];
    for (const [state] of Object.values(State.names.table.values))
      if ((await locate(world, [[State, state]])).includes(key)) found.push(state);
    return found;
  };
  t.same(await states(), [State.PreActive]);
  world.later(10);
  t.same(await states(), [State.Active]);
  world.later(10);
  t.same(await states(), [State.Deactivated]);
});

t.test('a Cryptographic Usage Mask finds keys that have at least its bits (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const key = await world.createKey();
  const { Encrypt, Decrypt, Sign } = CryptographicUsageMask;
  for (const mask of [Encrypt, Decrypt, Encrypt | Decrypt, 0])
    t.same(await locate(world, [[CryptographicUsageMask, mask]]), [key], `mask ${mask}`);
  for (const mask of [Sign, Encrypt | Sign, -1]) t.same(await locate(world, [[CryptographicUsageMask, mask]]), []);
});

t.test('Usage Limits find keys that have at least as much left (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const key = await world.createKey([UsageLimits, { usageLimitsTotal: 100n, usageLimitsUnit: UsageLimitsUnit.Byte }]);
  await world.createKey();
  const limits = (usageLimitsTotal: bigint, more: object = {}) =>
    locate(world, [[UsageLimits, { usageLimitsTotal, ...more }]]);
  t.same(await limits(99n), [key]);
  t.same(await limits(100n, { usageLimitsCount: 100n, usageLimitsUnit: UsageLimitsUnit.Byte }), [key]);
  t.same(await limits(101n), []);
  t.same(await limits(1n, { usageLimitsCount: 101n }), []);
  t.same(await limits(1n, { usageLimitsUnit: UsageLimitsUnit.Object }), []);
});

t.test('does not find a destroyed object, unless a destroyed one is asked for', async t => {
  const world = await openWorld(t);
  const destroyed = await world.createKey(named('name'));
  await world.run(Operation.Destroy, { uniqueIdentifier: destroyed });
  const compromised = await world.createKey();
  await world.run(Operation.Revoke, {
    uniqueIdentifier: compromised,
    revocationReason: { revocationReasonCode: RevocationReasonCode.KeyCompromise, revocationMessage: 'lost' },
  });
  t.same(await locate(world, [[RevocationReason, { revocationReasonCode: RevocationReasonCode.KeyCompromise }]]), [
    compromised,
  ]);
  await world.run(Operation.Destroy, { uniqueIdentifier: compromised });
  t.same(await locate(world, []), []);
  t.same(await locate(world, [[UniqueIdentifier, destroyed]]), []);
  t.same(await locate(world, [named('name')]), []);
  t.same(await locate(world, [[State, State.Destroyed]]), [destroyed]);
  t.same(await locate(world, [[State, State.Destroyed], named('name')]), [destroyed]);
  t.same(await locate(world, [[State, State.DestroyedCompromised]]), [compromised]);
  t.same(
    await locate(world, [
      [DestroyDate, new Date(0)],
      [DestroyDate, world.now],
    ]),
    [compromised, destroyed],
  );
  const again = await world.createKey(named('name'));
  t.same(await locate(world, [named('name')]), [again], 'its Name is free for another object');
});

t.test('sets the ID Placeholder when one Unique Identifier is returned, empties it otherwise (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const [first, second] = await createKeys(world, [named('first')], [named('second')]);
  const placeholderAfter = async (asked: Asked, more: Partial<LocateRequest> = {}) => {
    world.idPlaceholder = 'before';
    await locate(world, asked, more);
    return world.idPlaceholder;
  };
  t.equal(await placeholderAfter([named('first')]), first);
  t.equal(await placeholderAfter([named('none')]), undefined);
  t.equal(await placeholderAfter([]), undefined);
  t.equal(await placeholderAfter([], { maximumItems: 2 }), undefined);
  t.equal(await placeholderAfter([], { maximumItems: 1 }), second, 'only one is returned');
});

t.test(
  'Maximum Items and Offset Items give a part of what is found, and Located Items how many (1.4 §4.9)',
  async t => {
    const world = await openWorld(t);
    const made = (await createKeys(world, [], [], [], [], [])).toReversed();
    const page = async (more: Partial<LocateRequest>) => {
      const { uniqueIdentifiers, locatedItems } = await world.run(Operation.Locate, more);
      return [uniqueIdentifiers, locatedItems];
    };
    t.same(await page({}), [made, undefined]);
    t.same(await page({ maximumItems: 2 }), [made.slice(0, 2), 5]);
    t.same(await page({ maximumItems: 2, offsetItems: 2 }), [made.slice(2, 4), 5]);
    t.same(await page({ maximumItems: 2, offsetItems: 4 }), [made.slice(4), 5]);
    t.same(await page({ offsetItems: 0 }), [made, 5], 'the same as none');
    t.same(await page({ offsetItems: 9 }), [[], 5]);
    t.same(await page({ maximumItems: 0 }), [[], 5]);
    t.equal(await outcome(world, [], { maximumItems: -1 }), 'Invalid Field');
    t.equal(await outcome(world, [], { offsetItems: -1 }), 'Invalid Field');
    const nothing = await world.run(Operation.Locate, {
      maximumItems: 1,
      attributes: [{ attribute: ObjectGroup, value: 'none' }],
    });
    t.equal(encodeItemAs(LocateResponse, nothing, V1_4).length, 8, 'nothing found is an empty payload');
    world.version = V1_2;
    t.same(await page({ maximumItems: 2 }), [made.slice(0, 2), undefined], 'Located Items came with 1.3');

    world.server = { ...world.server, locateMax: 3 };
    t.same(await page({}), [made.slice(0, 3), undefined]);
    world.version = V1_3;
    t.same(await page({}), [made.slice(0, 3), 5], 'the limit of the server shows');
    t.same(await page({ maximumItems: 9, offsetItems: 3 }), [made.slice(3), 5]);
  },
);

t.test('Storage Status Mask: on-line is what there is (1.4 §9.1.3.3.2)', async t => {
  const world = await openWorld(t);
  const key = await world.createKey();
  const { OnLineStorage, ArchivalStorage } = StorageStatusMask;
  const stored = (storageStatusMask: number) => locate(world, [], { storageStatusMask });
  t.same(await stored(OnLineStorage), [key]);
  t.same(await stored(ArchivalStorage), []);
  t.same(await stored(OnLineStorage | ArchivalStorage), [key]);
  for (const storageStatusMask of [0, 4, OnLineStorage | 8])
    t.equal(await outcome(world, [], { storageStatusMask }), 'Invalid Field', `mask ${storageStatusMask}`);
});

t.test('gives the fresh members of a group in the order in which they were made (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  world.version = V1_1;
  const group: AttributeRow = [ObjectGroup, 'group'];
  const made = await createKeys(world, [group], [group], [group], []);
  const fresh = (more: Partial<LocateRequest> = {}) =>
    locate(world, [group], { objectGroupMember: ObjectGroupMember.GroupMemberFresh, ...more });
  t.same(await fresh(), made.slice(0, 3));
  t.same(await fresh({ maximumItems: 1 }), [made[0]]);
  await world.run(Operation.Get, { uniqueIdentifier: made[0]! });
  t.same(await fresh(), made.slice(1, 3));
  t.same(await fresh({ maximumItems: 1 }), [made[1]]);
  world.version = V1_3;
  t.same(await fresh({ offsetItems: 1 }), [made[2]]);
  t.same(await locate(world, [group, [Fresh, true]]), [made[2], made[1]], 'without the flag newest first');
  t.equal(
    await outcome(world, [], { objectGroupMember: ObjectGroupMember.GroupMemberFresh }),
    'Invalid Field',
    'of no group',
  );
});

t.test('the default member of a group is the first that was not served, then the first of all (1.4 §4.9)', async t => {
  const world = await openWorld(t);
  const group: AttributeRow = [ObjectGroup, 'group'];
  const made = await createKeys(world, [group], [group]);
  const served: (string | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    const found = await locate(world, [group], { objectGroupMember: ObjectGroupMember.GroupMemberDefault });
    t.equal(found.length, 1);
    served.push(found[0]);
    await world.run(Operation.Get, { uniqueIdentifier: found[0]! });
  }
  t.same(served, [made[0], made[1], made[0], made[0]]);
  const other: Asked = [[ObjectGroup, 'other']];
  t.same(await locate(world, other, { objectGroupMember: ObjectGroupMember.GroupMemberDefault }), []);
});

t.test('a name that the version does not have is an Invalid Field (1.4 §11.10)', async t => {
  const world = await openWorld(t);
  for (const version of versionsBefore2) {
    world.version = version;
    for (const name of ['No Such Attribute', '', 'Custom Attribute'])
      t.equal(await outcome(world, [[customAttribute(name), customText('1')]]), 'Invalid Field', name);
    for (const attribute of attributes) {
      const asked = [[customAttribute(attribute.attributeName), customText('1')]] as const;
      if (attribute.since > version) t.equal(await outcome(world, asked), 'Invalid Field', attribute.attributeName);
    }
  }
  t.equal(await outcome(world, [[ObjectGroup, undefined]]), 'Invalid Field', 'without a value');
  await t.rejects(
    locate(world, [[customAttribute('State'), customText('Active')]]),
    CodecError,
    'a value of another type',
  );
  world.version = V1_0;
  t.equal(await outcome(world, [[customAttribute('Fresh'), customText('1')]]), 'Invalid Field', 'Fresh came with 1.1');
});

t.test('algorithms and lengths', async t => {
  const world = await openWorld(t);
  const key = await world.createKey();
  t.same(
    await locate(world, [
      [CryptographicAlgorithm, CryptographicAlgorithm.AES],
      [CryptographicLength, 256],
    ]),
    [key],
  );
  t.same(
    await locate(world, [
      [CryptographicAlgorithm, CryptographicAlgorithm.AES],
      [CryptographicLength, 128],
    ]),
    [],
  );
});
