import t from 'tap';
import {
  ActivationDate,
  CryptographicLength,
  DeactivationDate,
  Digest,
  findKeyBlock,
  Link,
  LinkType,
  Name,
  NameType,
  Operation,
  State,
  supportedVersions,
} from '../../../kmip-codec/index.ts';
import { openWorld, template, type AttributeRow } from './world.ts';

const named = (nameValue: string): AttributeRow => [Name, { nameValue, nameType: NameType.UninterpretedTextString }];
const seconds = (from: Date, count: number) => new Date(from.getTime() + count * 1000);

t.test(
  'the replacement has a new key, the Names and a Link to the old one, which links back, in every version (1.4 §4.4)',
  async t => {
    const world = await openWorld(t);
    for (const version of supportedVersions) {
      world.version = version;
      const old = await world.createKey(named(`key ${version}`));
      const { uniqueIdentifier } = await world.run(Operation.ReKey, { uniqueIdentifier: old });
      t.equal(world.idPlaceholder, uniqueIdentifier);
      t.equal((await world.valueOf(uniqueIdentifier, Name))?.nameValue, `key ${version}`);
      t.equal(await world.valueOf(old, Name), undefined);
      t.equal((await world.valueOf(old, Link))?.linkType, LinkType.ReplacementObjectLink);
      t.equal((await world.valueOf(old, Link))?.linkedObjectIdentifier, uniqueIdentifier);
      t.equal((await world.valueOf(uniqueIdentifier, Link))?.linkType, LinkType.ReplacedObjectLink);
      t.equal((await world.valueOf(uniqueIdentifier, Link))?.linkedObjectIdentifier, old);
      t.equal(await world.valueOf(uniqueIdentifier, CryptographicLength), 256);
      t.equal(await world.valueOf(uniqueIdentifier, State), State.PreActive);
      t.notSame(await world.valueOf(uniqueIdentifier, Digest), await world.valueOf(old, Digest));
      const { objects } = world;
      t.ok(findKeyBlock(objects.open((await objects.find(uniqueIdentifier))!)));
      t.equal(await world.outcome(Operation.ReKey, { uniqueIdentifier: old }), 'Permission Denied', 'replaced already');
    }
  },
);

t.test('an Offset moves all dates along (1.4 §4.4)', async t => {
  const world = await openWorld(t);
  const begin = world.now;
  const old = await world.createKey([ActivationDate, begin], [DeactivationDate, seconds(begin, 1000)]);
  world.later(500);
  const { uniqueIdentifier } = await world.run(Operation.ReKey, { uniqueIdentifier: old, offset: 60 });
  t.same(await world.valueOf(uniqueIdentifier, ActivationDate), seconds(begin, 560));
  t.same(await world.valueOf(uniqueIdentifier, DeactivationDate), seconds(begin, 1560));
  t.equal(await world.valueOf(uniqueIdentifier, State), State.PreActive);
});

t.test('without an Offset the dates are copied, but for those that the client gives (1.4 §4.4)', async t => {
  const world = await openWorld(t);
  const begin = world.now;
  const create = (name: string) =>
    world.createKey(named(name), [ActivationDate, begin], [DeactivationDate, seconds(begin, 1000)]);
  world.later(500);
  const { uniqueIdentifier } = await world.run(Operation.ReKey, { uniqueIdentifier: await create('same') });
  t.same(await world.valueOf(uniqueIdentifier, ActivationDate), begin);
  t.same(await world.valueOf(uniqueIdentifier, DeactivationDate), seconds(begin, 1000));
  t.equal(await world.valueOf(uniqueIdentifier, State), State.Active);
  const longer = await world.run(Operation.ReKey, {
    uniqueIdentifier: await create('longer'),
    attributes: template([DeactivationDate, seconds(begin, 5000)]),
  });
  t.same(await world.valueOf(longer.uniqueIdentifier, ActivationDate), begin);
  t.same(await world.valueOf(longer.uniqueIdentifier, DeactivationDate), seconds(begin, 5000));
});

t.test('what cannot be re-keyed (1.4 §11.5)', async t => {
  const world = await openWorld(t);
  const outcome = (request: Parameters<typeof world.run<typeof Operation.ReKey>>[1]) =>
    world.outcome(Operation.ReKey, request);
  t.equal(await outcome({ uniqueIdentifier: 'none' }), 'Item Not Found');
  const dateless = await world.createKey();
  t.equal(await outcome({ uniqueIdentifier: dateless, offset: 1 }), 'Illegal Operation');
  const dated = await world.createKey([ActivationDate, world.now]);
  t.equal(
    await outcome({ uniqueIdentifier: dated, offset: 1, attributes: template([ActivationDate, world.now]) }),
    'Invalid Message',
  );
  const destroyed = await world.createKey();
  await world.run(Operation.Destroy, { uniqueIdentifier: destroyed });
  t.equal(await outcome({ uniqueIdentifier: destroyed }), 'Permission Denied');
});
