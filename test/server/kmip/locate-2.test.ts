import t, { type Test } from 'tap';
import {
  Comment,
  CryptographicUsageMask,
  customAttribute,
  customText,
  decodeResponse,
  DestroyDate,
  InitialDate,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectGroup,
  ObjectGroupMember,
  ObjectType,
  Operation,
  showVersion,
  State,
  StorageStatusMask,
  Tag,
  V2_0,
  V2_1,
  type RequestBatchItem,
  type Version,
} from '../../../kmip-codec/index.ts';
import { aes256, template, type AttributeRow } from '../operations/world.ts';
import { runServer } from '../running-server.ts';
import { bytesOf, ending, endings, identifierIn } from './messages.ts';

// Locate as 2.0 and 2.1 have it, over TLS.

const { OnLineStorage, ArchivalStorage, DestroyedStorage } = StorageStatusMask;
const name = (nameValue: string) => ({ nameValue, nameType: NameType.UninterpretedTextString });
const item = (operation: RequestBatchItem['operation'], requestPayload: object): RequestBatchItem => ({
  operation,
  requestPayload,
});

async function start(t: Test, version: Version) {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  return {
    client,
    server,
    async create(...rows: AttributeRow[]): Promise<string> {
      server.clock.later(1);
      const attributes = template(...aes256, ...rows);
      const made = await client.batch([item(Operation.Create, { objectType: ObjectType.SymmetricKey, attributes })], {
        version,
      });
      return identifierIn(made.batchItems![0]);
    },
    /** The Unique Identifiers and Located Items, or the Result Reason. */
    async locate(asked: readonly (readonly [unknown, unknown])[], more: object = {}) {
      const attributes = asked.map(([attribute, value]) => ({ attribute, value }));
      const { batchItems } = await client.batch([item(Operation.Locate, { ...more, attributes })], { version });
      const [answer] = batchItems!;
      if (ending(answer!) !== 'Success') return ending(answer!);
      const { uniqueIdentifiers, locatedItems } = answer!.responsePayload as {
        uniqueIdentifiers: string[];
        locatedItems?: number;
      };
      return locatedItems === undefined ? uniqueIdentifiers : { uniqueIdentifiers, locatedItems };
    },
    send: async (...items: RequestBatchItem[]) => endings(await client.batch(items, { version })),
  };
}

for (const version of [V2_0, V2_1]) {
  const says = `KMIP ${showVersion(version)}`;

  t.test(`finds by Attributes, those of vendors and parts of structures too, ${says} (2.1 §6.1.28)`, async t => {
    const { create, locate } = await start(t, version);
    const link = { linkType: LinkType.ParentLink, linkedObjectIdentifier: 'p' };
    const one = await create([Name, name('one')], [ObjectGroup, 'g'], [customAttribute('ACME-Use'), customText('vm')]);
    const two = await create([Name, name('two')], [ObjectGroup, 'g'], [ObjectGroup, 'h'], [Link, link]);
    t.same(await locate([]), [two, one], 'no attribute is any object, newest first');
    t.same(await locate([[ObjectGroup, 'g']]), [two, one]);
    t.same(
      await locate([
        [ObjectGroup, 'g'],
        [ObjectGroup, 'h'],
      ]),
      [two],
    );
    t.same(await locate([[Name, { nameValue: 'one' }]]), [one], 'a part of a structure');
    t.same(await locate([[Link, { linkedObjectIdentifier: 'p' }]]), [two]);
    t.same(await locate([[customAttribute('ACME-Use'), customText('vm')]]), [one]);
    t.same(await locate([[customAttribute('OTHER-Use'), customText('vm')]]), [], 'the name of another vendor');
    t.same(await locate([[Comment, 'x']]), []);

    t.same(await locate([[CryptographicUsageMask, CryptographicUsageMask.Encrypt]]), [two, one], 'some bits of a mask');
    t.same(await locate([[CryptographicUsageMask, CryptographicUsageMask.Sign | CryptographicUsageMask.Encrypt]]), []);
  });

  t.test(`Maximum Items and Offset Items page, Located Items counts, ${says} (2.1 §6.1.28)`, async t => {
    const { create, locate } = await start(t, version);
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.unshift(await create([ObjectGroup, 'g']));
    const page = (more: object) => locate([[ObjectGroup, 'g']], more);
    t.same(await page({ maximumItems: 2 }), { uniqueIdentifiers: made.slice(0, 2), locatedItems: 5 });
    t.same(await page({ maximumItems: 2, offsetItems: 3 }), { uniqueIdentifiers: made.slice(3), locatedItems: 5 });
    t.same(await page({ offsetItems: 4 }), { uniqueIdentifiers: made.slice(4), locatedItems: 5 });
    t.same(await page({ offsetItems: 5 }), { uniqueIdentifiers: [], locatedItems: 5 });
    t.same(await page({ maximumItems: 0 }), { uniqueIdentifiers: [], locatedItems: 5 });
    t.equal(await page({ maximumItems: -1 }), 'Invalid Field');
    t.equal(await page({ offsetItems: -1 }), 'Invalid Field');
  });

  t.test(`the Storage Status Mask says which of on-line, archived and destroyed, ${says} (2.1 §12.3)`, async t => {
    const { create, locate, send } = await start(t, version);
    const destroyed = await create([Name, name('gone')]);
    const archived = await create();
    const online = await create();
    t.same(await send(item(Operation.Destroy, { uniqueIdentifier: destroyed })), ['Success']);
    t.same(await send(item(Operation.Archive, { uniqueIdentifier: archived })), ['Success']);
    const by = (storageStatusMask: number | undefined) => locate([], { storageStatusMask });
    t.same(await by(undefined), [online]);
    t.same(await by(OnLineStorage), [online]);
    t.same(await by(ArchivalStorage), [archived]);
    t.same(await by(DestroyedStorage), [destroyed]);
    t.same(await by(OnLineStorage | ArchivalStorage), [online, archived]);
    t.same(await by(OnLineStorage | DestroyedStorage), [online, destroyed]);
    t.same(await by(ArchivalStorage | DestroyedStorage), [archived, destroyed]);
    t.same(await by(OnLineStorage | ArchivalStorage | DestroyedStorage), [online, archived, destroyed]);
    t.equal(await by(0), 'Invalid Field');
    t.equal(await by(8), 'Invalid Field');
    const isGone = [[State, State.Destroyed]] as const;
    t.same(await locate(isGone), [], 'not without the bit, whatever is asked for');
    t.same(await locate(isGone, { storageStatusMask: DestroyedStorage }), [destroyed]);
    t.same(await locate([[Name, name('gone')]], { storageStatusMask: DestroyedStorage }), [destroyed]);
    const ever = [
      [DestroyDate, new Date(0)],
      [DestroyDate, new Date('2100-01-01')],
    ] as const;
    t.same(await locate(ever, { storageStatusMask: OnLineStorage }), []);
  });

  t.test(`the fresh and the default member of an Object Group, ${says} (2.1 §6.1.28)`, async t => {
    const { create, locate, send } = await start(t, version);
    const first = await create([ObjectGroup, 'pool']);
    const second = await create([ObjectGroup, 'pool']);
    const member = (objectGroupMember: number) => locate([[ObjectGroup, 'pool']], { objectGroupMember });
    t.same(await member(ObjectGroupMember.GroupMemberFresh), [first, second]);
    t.same(await member(ObjectGroupMember.GroupMemberDefault), [first]);
    t.same(await send(item(Operation.Get, { uniqueIdentifier: first })), ['Success']);
    t.same(await member(ObjectGroupMember.GroupMemberFresh), [second], 'one that was given out is not fresh');
    t.same(await member(ObjectGroupMember.GroupMemberDefault), [second]);
    t.equal(
      await locate([], { objectGroupMember: ObjectGroupMember.GroupMemberFresh }),
      'Invalid Field',
      'of which group',
    );
  });

  t.test(
    `Locate and its error table; what follows in the batch works on the one found, ${says} (2.1 §6.1.28.1)`,
    async t => {
      const { client, create, locate, send } = await start(t, version);
      const key = await create([Name, name('one')]);
      const dates = [0, 1, 2].map(at => [InitialDate, new Date(at)] as const);
      t.equal(await locate(dates), 'Invalid Attribute', 'three ends of a range');
      const one = item(Operation.Locate, { attributes: [{ attribute: Name, value: name('one') }] });
      const attributesOf = item(Operation.GetAttributeList, {});
      t.same(await send(one, attributesOf), ['Success', 'Success']);
      await create();
      t.same(await send(item(Operation.Locate, { attributes: [] }), attributesOf), ['Success', 'Object Not Found']);
      const bytes = bytesOf([one], { version });
      // A Key Block in the place of the Name.
      bytes.writeUIntBE(Tag.KeyBlock, bytes.indexOf(Buffer.from('42005301', 'hex')), 3);
      t.same(endings(decodeResponse((await client.sendBytes(bytes))!).message), ['Invalid Message']);
      const large = await client.batch([one], { version, header: { maximumResponseSize: key.length } });
      t.same(endings(large), ['Response Too Large']);
      const critical = { vendorIdentification: 'v', criticalityIndicator: true, vendorExtension: [] };
      t.same(await send({ ...one, messageExtensions: [critical] }), ['Feature Not Supported']);
    },
  );
}
