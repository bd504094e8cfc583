import t, { type Test } from 'tap';
import {
  ActivationDate,
  AdjustmentType,
  CertificateLength,
  CertificateType,
  Comment,
  ContactInformation,
  CryptographicLength,
  customAttribute,
  customText,
  decodeResponse,
  Fresh,
  ItemType,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectGroup,
  Operation,
  OperationPolicyName,
  ProtectionPeriod,
  Sensitive,
  showVersion,
  State,
  Tag,
  V1_4,
  V2_0,
  V2_1,
  type Attribute,
  type RequestBatchItem,
  type TtlvItem,
  type Version,
} from '../../../kmip-codec/index.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { bytesOf, createItem, ending, endings, identifierIn, NOBODYS } from './messages.ts';

// The attribute operations as 2.0 and 2.1 have them, over TLS.

const name = (nameValue: string) => ({ nameValue, nameType: NameType.UninterpretedTextString });
const product = customAttribute('x-Product');
const count = (type: number, value: unknown) => ({ tag: Tag.AttributeValue, type, value }) as TtlvItem;
const by = (type: number, value: unknown) => ({ tag: Tag.AdjustmentValue, type, value }) as TtlvItem;
const { Increment, Decrement, Negate } = AdjustmentType;

/** One key and one client of one version; each call is a message of its own. */
async function start(t: Test, version: Version) {
  const server = await runServer(t, { settings: { 'limits.attributeInstancesMax': 3 } });
  const client = await server.connect(await server.addClient('a'));
  const other = await server.connect(await server.addClient('b', { vault: 'another' }));
  const key = identifierIn((await client.batch([createItem()], { version })).batchItems![0]);
  const send = async (item: RequestBatchItem, more = {}, as: KmipClient = client): Promise<string> =>
    endings(await as.batch([item], { version, ...more }))[0]!;
  const item = (operation: RequestBatchItem['operation'], payload: object, uniqueIdentifier = key) => ({
    operation,
    requestPayload: { uniqueIdentifier, ...payload },
  });
  const given = <T>(attribute: Attribute<T>, value: T) => ({ attribute: { attribute, value } });
  return {
    server,
    client,
    other,
    key,
    send,
    item,
    add: <T>(attribute: Attribute<T>, value: T, id = key) =>
      send(item(Operation.AddAttribute, given(attribute, value), id)),
    set: <T>(attribute: Attribute<T>, value: T, id = key) =>
      send(item(Operation.SetAttribute, given(attribute, value), id)),
    modify: <T>(attribute: Attribute<T>, value: T, current?: T, id = key) =>
      send(
        item(
          Operation.ModifyAttribute,
          {
            ...given(attribute, value),
            ...(current === undefined ? {} : { currentAttribute: { attribute, value: current } }),
          },
          id,
        ),
      ),
    remove: <T>(attribute: Attribute<T>, current?: T, id = key) =>
      send(
        item(
          Operation.DeleteAttribute,
          current === undefined
            ? { attributeReference: attribute.attributeName }
            : { currentAttribute: { attribute, value: current } },
          id,
        ),
      ),
    adjust: (attributeReference: string, adjustmentType: number, adjustmentValue?: TtlvItem, id = key) =>
      send(item(Operation.AdjustAttribute, { attributeReference, adjustmentType, adjustmentValue }, id)),
    async values(attributeName: string, id = key): Promise<unknown[]> {
      const answer = await client.batch([item(Operation.GetAttributes, { attributeNames: [attributeName] }, id)], {
        version,
      });
      const { attributes } = answer.batchItems![0]!.responsePayload as { attributes: { value: unknown }[] };
      return attributes.map(one => one.value);
    },
  };
}

for (const version of [V2_0, V2_1]) {
  const says = `KMIP ${showVersion(version)}`;

  t.test(`Set Attribute adds the only value or takes its place, ${says} (2.1 §6.1.51)`, async t => {
    const { set, add, values, client, item, key } = await start(t, version);
    const events = ['one', 'two'];
    for (const value of events) {
      t.equal(await set(ContactInformation, value), 'Success');
      t.same(await values('Contact Information'), [value]);
      t.equal(await set(product, customText(value)), 'Success');
      t.match(await values('x-Product'), [{ value }]);
      t.equal(await set(Name, name(value)), 'Success');
      t.match(await values('Name'), [{ nameValue: value }]);
    }
    const answer = await client.batch(
      [item(Operation.SetAttribute, { attribute: { attribute: Comment, value: 'three' } })],
      { version },
    );
    t.same(answer.batchItems![0]!.responsePayload, { uniqueIdentifier: key }, 'the answer names the object only');

    t.equal(await add(ObjectGroup, 'a'), 'Success');
    t.equal(await set(ObjectGroup, 'b'), 'Success');
    t.equal(await add(ObjectGroup, 'c'), 'Success');
    t.equal(await set(ObjectGroup, 'd'), 'Multi Valued Attribute');
    t.same(await values('Object Group'), ['b', 'c']);
  });

  t.test(`Set Attribute and its error table, ${says} (2.1 §6.1.51.1)`, async t => {
    const { set, send, item, client, server, other } = await start(t, version);
    t.equal(await set(Name, name('')), 'Invalid Attribute Value');
    t.equal(await set(Name, name('taken')), 'Success');
    const second = identifierIn((await client.batch([createItem()], { version })).batchItems![0]);
    t.equal(await set(Name, name('taken'), second), 'Non Unique Name Attribute');
    t.equal(await set(Comment, 'x', NOBODYS), 'Object Not Found');
    const set1 = item(Operation.SetAttribute, { attribute: { attribute: Comment, value: 'x' } });
    t.equal(await send(set1, {}, other), 'Object Not Found', 'of another vault');
    for (const [attribute, value] of [
      [State, State.Active],
      [CryptographicLength, 128],
      [Fresh, true],
    ] as [Attribute<unknown>, unknown][])
      t.equal(await set(attribute, value), 'Read Only Attribute', attribute.attributeName);
    t.equal(await set(customAttribute('y-Ours'), customText('1')), 'Read Only Attribute');
    t.equal(await set(ActivationDate, server.clock.now()), 'Success');
    t.equal(await set(ActivationDate, server.clock.now()), 'Wrong Key Lifecycle State');
    t.equal(await set(CertificateType, 1), 'Invalid Field');
    t.equal(await send(item(Operation.SetAttribute, { attribute: { attribute: product } })), 'Invalid Attribute Value');
    t.equal(
      await send({
        ...set1,
        messageExtensions: [{ vendorIdentification: 'v', criticalityIndicator: true, vendorExtension: [] }],
      }),
      'Feature Not Supported',
    );
    t.equal(await send(set1, { header: { maximumResponseSize: 8 } }), 'Response Too Large');
  });

  t.test(`Adjust Attribute counts and negates, from zero where there is no value, ${says} (2.1 §6.1.3)`, async t => {
    const { adjust, set, values, server } = await start(t, version);
    for (const [type, value, after] of [
      [ItemType.Integer, 41, 42],
      [ItemType.LongInteger, 41n, 42n],
      [ItemType.BigInteger, 2n ** 90n, 2n ** 90n + 1n],
      [ItemType.Interval, 41, 42],
      [ItemType.DateTimeExtended, 41n, 42n],
      [ItemType.DateTime, new Date(41_000), new Date(42_000)],
    ] as const) {
      t.equal(await set(product, count(type, value)), 'Success');
      t.equal(await adjust('x-Product', Increment), 'Success');
      t.match(await values('x-Product'), [{ type, value: after }]);
    }
    t.equal(await set(product, count(ItemType.Integer, 41)), 'Success');
    t.equal(await adjust('x-Product', Decrement, by(ItemType.Integer, 50)), 'Success');
    t.equal(await adjust('x-Product', Negate), 'Success');
    t.match(await values('x-Product'), [{ value: 9 }]);
    t.equal(await adjust('x-New', Increment, by(ItemType.LongInteger, 7n)), 'Success');
    t.match(await values('x-New'), [{ type: ItemType.LongInteger, value: 7n }]);

    t.equal(await adjust('Protection Period', Increment, by(ItemType.Interval, 60)), 'Success', 'from 0');
    t.equal(await adjust('Protection Period', Increment), 'Success');
    t.same(await values('Protection Period'), [61]);
    t.same(await values('Sensitive'), [false]);
    t.equal(await adjust('Sensitive', Negate), 'Success');
    t.same(await values('Sensitive'), [true]);
    const later = new Date(Math.floor(server.clock.now().getTime() / 1000) * 1000 + 3600_000);
    t.equal(await set(ActivationDate, later), 'Success');
    t.equal(await adjust('Activation Date', Increment, by(ItemType.Interval, 60)), 'Success');
    t.same(await values('Activation Date'), [new Date(later.getTime() + 60_000)]);
  });

  t.test(`Adjust Attribute and its error table, ${says} (2.1 §6.1.3.1)`, async t => {
    const { adjust, set, add, values, send, item, client, other } = await start(t, version);
    t.equal(await set(ContactInformation, 'me'), 'Success');
    t.equal(await adjust('Contact Information', Increment), 'Invalid Data Type');
    t.equal(await adjust('Description', Increment), 'Invalid Data Type', 'text that is not there');
    t.equal(await adjust('Activation Date', Increment), 'Invalid Data Type', 'a date that is not there');
    t.equal(await adjust('x-New', Increment), 'Invalid Data Type', 'of which nothing tells a type');
    t.equal(await adjust('Protection Period', Increment, by(ItemType.TextString, '1')), 'Invalid Data Type');
    t.equal(await adjust('Protection Period', Increment, undefined, NOBODYS), 'Item Not Found');
    const more = item(Operation.AdjustAttribute, {
      attributeReference: 'Protection Period',
      adjustmentType: Increment,
    });
    t.equal(await send(more, {}, other), 'Item Not Found', 'of another vault');
    t.equal(await add(ObjectGroup, 'a'), 'Success');
    t.equal(await add(ObjectGroup, 'b'), 'Success');
    t.equal(await adjust('Object Group', Increment), 'Multi Valued Attribute');
    t.equal(await adjust('Protection Period', Decrement), 'Numeric Range', 'less than no time');
    t.same(await values('Protection Period'), [], 'a refusal leaves nothing behind');
    t.equal(await adjust('Cryptographic Length', Increment), 'Read Only Attribute');
    t.equal(await adjust('Certificate Length', Increment), 'Unsupported Attribute', 'not of a symmetric key');
    t.equal(await adjust('Key Block', Increment), 'Unsupported Attribute', 'a tag that is no attribute');
    t.equal(await adjust('Protection Period', 0x80000001), 'Feature Not Supported', 'an extension');
    t.equal(await adjust('Sensitive', Negate, by(ItemType.Boolean, true)), 'Invalid Field');
    t.equal(await send(more, { header: { maximumResponseSize: 8 } }), 'Response Too Large');
    t.equal(await set(ActivationDate, new Date(0)), 'Success');
    t.equal(await adjust('Activation Date', Increment), 'Wrong Key Lifecycle State');
    t.equal(await send(item(Operation.Archive, {})), 'Success');
    t.equal(await adjust('Protection Period', Increment), 'Object Archived');
    const broken = item(Operation.AdjustAttribute, { attributeReference: 'State', adjustmentType: Increment });
    t.equal(await withoutReference(client, broken, version), 'Invalid Message');
  });

  t.test(
    `Add, Modify and Delete Attribute name an instance by its value, ${says} (2.1 §6.1.2, §6.1.13, §6.1.34)`,
    async t => {
      const { add, modify, remove, values } = await start(t, version);
      for (const value of ['a', 'b', 'c']) t.equal(await add(ObjectGroup, value), 'Success');
      t.equal(await modify(ObjectGroup, 'z', 'b'), 'Success');
      t.same(await values('Object Group'), ['a', 'z', 'c']);
      t.equal(await remove(ObjectGroup, 'a'), 'Success');
      t.equal(await remove(ObjectGroup, 'c'), 'Success');
      t.equal(await modify(ObjectGroup, 'y'), 'Success', 'the only one needs no name, whatever its index');
      t.same(await values('Object Group'), ['y']);
      t.equal(await add(ObjectGroup, 'x'), 'Success');
      t.equal(await remove(ObjectGroup), 'Success', 'a reference means all');
      t.same(await values('Object Group'), []);
      t.equal(await add(product, customText('one')), 'Success');
      t.equal(await modify(product, customText('two'), customText('one')), 'Success');
      t.equal(await remove(product, customText('two')), 'Success');
      t.same(await values('x-Product'), []);
      const link = { linkType: LinkType.ParentLink, linkedObjectIdentifier: NOBODYS };
      t.equal(await add(Link, link), 'Success');
      t.equal(await remove(Link, link), 'Success', 'structures are compared whole');
    },
  );

  t.test(
    `Add, Modify and Delete Attribute and their error tables, ${says} (2.1 §6.1.2.1, §6.1.13.1, §6.1.34.1)`,
    async t => {
      const { add, modify, remove, item, send, client } = await start(t, version);
      t.equal(await add(ContactInformation, 'me'), 'Success');
      t.equal(await add(ContactInformation, 'you'), 'Attribute Single Valued');
      t.equal(await add(CertificateType, 1), 'Invalid Attribute');
      t.equal(await add(Name, name('one')), 'Success');
      const second = identifierIn((await client.batch([createItem()], { version })).batchItems![0]);
      t.equal(await add(Name, name('one'), second), 'Non Unique Name Attribute');
      t.equal(await add(Comment, 'x', NOBODYS), 'Object Not Found');
      t.equal(await add(Fresh, true), 'Read Only Attribute');
      for (const value of ['a', 'b', 'c']) t.equal(await add(ObjectGroup, value), 'Success');
      t.equal(await add(ObjectGroup, 'd'), 'Server Limit Exceeded');

      t.equal(await modify(ObjectGroup, 'z', 'nobody'), 'Attribute Instance Not Found');
      t.equal(await modify(ObjectGroup, 'z'), 'Attribute Instance Not Found', 'several, and none is named');
      t.equal(await modify(Comment, 'x'), 'Attribute Not Found');
      t.equal(await modify(CryptographicLength, 128), 'Attribute Read Only');
      t.equal(await modify(Name, name('one'), undefined, second), 'Attribute Not Found');
      t.equal(await add(Name, name('two'), second), 'Success');
      t.equal(await modify(Name, name('one'), undefined, second), 'Non Unique Name Attribute');
      t.equal(await modify(Comment, 'x', undefined, NOBODYS), 'Object Not Found');
      const mixed = {
        attribute: { attribute: Comment, value: 'x' },
        currentAttribute: { attribute: ObjectGroup, value: 'a' },
      };
      t.equal(await send(item(Operation.ModifyAttribute, mixed)), 'Invalid Field', 'two attributes');

      t.equal(await remove(ObjectGroup, 'nobody'), 'Attribute Instance Not Found');
      t.equal(await remove(Comment), 'Attribute Not Found');
      t.equal(await remove(Sensitive), 'Attribute Read Only');
      t.equal(await remove(CertificateLength), 'Invalid Attribute');
      t.equal(await remove(ObjectGroup, 'a', NOBODYS), 'Object Not Found');
      t.equal(await send(item(Operation.DeleteAttribute, {})), 'Invalid Message', 'neither value nor reference');

      t.equal(await add(ActivationDate, new Date(0)), 'Success');
      t.equal(await modify(ActivationDate, new Date(1000)), 'Wrong Key Lifecycle State');
      t.equal(await add(ProtectionPeriod, 60, second), 'Success');
      t.equal(await send(item(Operation.Archive, {}, second)), 'Success');
      for (const operation of [Operation.AddAttribute, Operation.SetAttribute] as const)
        t.equal(
          await send(item(operation, { attribute: { attribute: Comment, value: 'x' } }, second)),
          'Object Archived',
          Operation.names.show(operation),
        );
    },
  );

  t.test(
    `Get Attributes and Get Attribute List by reference, those of vendors too, ${says} (2.1 §6.1.20, §6.1.21)`,
    async t => {
      const { client, item, add, send } = await start(t, version);
      t.equal(await add(customAttribute('Example.com-A product'), customText('1')), 'Success');
      t.equal(await add(ContactInformation, 'me'), 'Success');
      const ask = async (...attributeNames: string[]) => {
        const { batchItems } = await client.batch([item(Operation.GetAttributes, { attributeNames })], { version });
        if (ending(batchItems![0]!) !== 'Success') return ending(batchItems![0]!);
        const { attributes } = batchItems![0]!.responsePayload as {
          attributes: { attribute: { attributeName: string } }[];
        };
        return attributes.map(one => one.attribute.attributeName);
      };
      t.same(await ask('Contact Information', 'Example.com-A product', 'Comment', 'x-Nothing'), [
        'Contact Information',
        'Example.com-A product',
      ]);
      t.same(await ask('Comment'), [], 'nothing of what is asked for');
      t.equal(await ask('Key Block'), 'Invalid Attribute');
      t.equal(await ask('Operation Policy Name'), 'Invalid Attribute', 'gone since 2.0');
      t.equal(await ask('Comment', 'Comment'), 'Invalid Message');
      const all = await ask();
      t.ok(
        all.includes('State') &&
          all.includes('Example.com-A product') &&
          !all.includes(OperationPolicyName.attributeName),
      );
      const { batchItems } = await client.batch([item(Operation.GetAttributeList, {})], { version });
      const listed = (batchItems![0]!.responsePayload as { attributeNames: string[] }).attributeNames;
      t.same([...listed].sort(), [...new Set(all as string[])].sort());
      t.equal(await send(item(Operation.GetAttributes, {}, NOBODYS)), 'Object Not Found');
      t.equal(await send(item(Operation.GetAttributeList, {}, NOBODYS)), 'Object Not Found');
    },
  );
}

t.test('Set and Adjust Attribute are not there before 2.0 (2.1 §6.1.51, §6.1.3)', async t => {
  const { client, item } = await start(t, V2_1);
  for (const one of [
    item(Operation.SetAttribute, { attribute: { attribute: Comment, value: 'x' } }),
    item(Operation.AdjustAttribute, { attributeReference: 'Comment', adjustmentType: Increment }),
  ]) {
    const bytes = bytesOf([one], { version: V2_1 });
    bytes.writeInt32BE(1, 32);
    bytes.writeInt32BE(4, 48);
    const { version, message } = decodeResponse((await client.sendBytes(bytes))!);
    t.equal(version, V1_4);
    t.same(endings(message), ['Operation Not Supported']);
  }
});

/** The item with another item in the place of its Attribute Reference. */
async function withoutReference(client: KmipClient, item: RequestBatchItem, version: Version): Promise<string> {
  const bytes = bytesOf([item], { version });
  bytes.writeUInt32BE((0x540001 << 8) | ItemType.Enumeration, bytes.indexOf(Buffer.from('42013b05', 'hex')));
  return endings(decodeResponse((await client.sendBytes(bytes))!).message)[0]!;
}
