import { connect as tcpConnect } from 'node:net';
import {
  AsynchronousIndicator,
  AlternativeName,
  AlternativeNameType,
  ApplicationSpecificInformation,
  BatchErrorContinuationOption,
  ContactInformation,
  CredentialType,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  decodeItem,
  encodeItemXml,
  encodeRequest,
  ItemType,
  KeyFormatType,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectGroup,
  ObjectType,
  Operation,
  QueryFunction,
  ResultStatus,
  RevocationReasonCode,
  supportedVersions,
  Tag,
  TemplateAttributes,
  V1_1,
  V1_2,
  V1_4,
  type CustomValue,
  type KnownOperation,
  type RequestHeader,
  type RequestOf,
  type Version,
} from '../../kmip-codec/index.ts';
import { requestMessage, type ClientIdentity, type KmipClient } from './kmip-client.ts';
import { ADDRESS, asBytes, asTexts, DASHED } from './no-address-forms.ts';
import { aes256, template, type AttributeRow } from './operations/world.ts';

export interface Door {
  readonly host: string;
  readonly port: number;
  readonly localAddress: string;
  readonly connect: (client?: ClientIdentity) => Promise<KmipClient>;
  readonly known: ClientIdentity;
  readonly unknown: ClientIdentity;
  /** Unique Identifier of an object in another vault. */
  readonly foreign: string;
}

/** Goes through every operation and many errors, with the address wherever a client can write it. */
export async function tour(door: Door): Promise<void> {
  await strangers(door);
  for (const version of supportedVersions) await operations(await door.connect(door.known), version, door.foreign);
  const client = await door.connect(door.known);
  await attributes(client);
  await refusals(client);
  await client.close();
  await malformed(door);
}

type Ask = <O extends KnownOperation>(
  operation: O,
  request: RequestOf<O>,
  header?: Partial<RequestHeader>,
) => Promise<{ uniqueIdentifier: string }>;

/** However it ends, the answer is read; the Unique Identifier is of use only after a success. */
const asking =
  (client: KmipClient, version: Version): Ask =>
  async (operation, request, header = {}) => {
    const { responsePayload } = await client.item(operation, request, { version, header });
    return { uniqueIdentifier: (responsePayload as { uniqueIdentifier?: string })?.uniqueIdentifier ?? ADDRESS };
  };

const custom = (name: string, text: string): AttributeRow => [customAttribute(name), customText(text)];

async function operations(client: KmipClient, version: Version, foreign: string): Promise<void> {
  const ask = asking(client, version);
  const objectType = ObjectType.SymmetricKey;
  if (version >= V1_1) await ask(Operation.DiscoverVersions, {});
  await ask(Operation.Query, { queryFunctions: [QueryFunction.QueryServerInformation] });
  const { uniqueIdentifier } = await ask(Operation.Create, {
    objectType,
    attributes: template(...aes256, custom('x-Name', ADDRESS), custom('x-Host', `root@${ADDRESS}`)),
  });
  await ask(Operation.Register, { objectType, attributes: template(custom('x-Name', ADDRESS)) });
  const registered = await ask(Operation.Register, {
    objectType,
    attributes: template([CryptographicUsageMask, 12], custom('x-Name', ADDRESS)),
    object: {
      keyBlock: {
        keyFormatType: KeyFormatType.Raw,
        keyValue: { keyMaterial: Buffer.alloc(32, version) },
        cryptographicAlgorithm: CryptographicAlgorithm.AES,
        cryptographicLength: 256,
      },
    },
  });
  for (const one of [uniqueIdentifier, registered.uniqueIdentifier, foreign, ADDRESS, `::ffff:${ADDRESS}`]) {
    const named = { uniqueIdentifier: one };
    const attribute = (text: string) => ({ attribute: customAttribute('x-Name'), value: customText(text) });
    await ask(Operation.Get, named);
    await ask(Operation.GetAttributes, { ...named, attributeNames: [] });
    await ask(Operation.GetAttributes, { ...named, attributeNames: ['x-Name', `x-${ADDRESS}`, ADDRESS] });
    await ask(Operation.GetAttributeList, named);
    await ask(Operation.AddAttribute, { ...named, attribute: attribute(`::ffff:${ADDRESS}`) });
    await ask(Operation.ModifyAttribute, { ...named, attribute: attribute(`${ADDRESS}:443`) });
    await ask(Operation.DeleteAttribute, { ...named, attributeName: 'x-Name' });
    await ask(Operation.DeleteAttribute, { ...named, attributeName: `x-${ADDRESS}` });
    await ask(Operation.Destroy, { uniqueIdentifier: `${one} ` });
    await ask(Operation.Activate, named);
    await ask(Operation.Activate, named);
    await ask(Operation.Destroy, named);
    await ask(Operation.Revoke, {
      ...named,
      revocationReason: {
        revocationReasonCode: RevocationReasonCode.KeyCompromise,
        revocationMessage: `the host at ${ADDRESS} was lost`,
      },
    });
    await ask(Operation.Locate, { attributes: searched(custom('x-Host', ADDRESS), custom('x-Name', ADDRESS)) });
    await ask(Operation.Destroy, named);
    await ask(Operation.Get, named);
  }
  await client.close();
}

const searched = (...rows: AttributeRow[]) => rows.map(([attribute, value]) => ({ attribute, value }));

/** The address as the value, or in the name, of every attribute that can hold it, and in every type. */
async function attributes(client: KmipClient): Promise<void> {
  const ask = asking(client, V1_4);
  const objectType = ObjectType.SymmetricKey;
  const { uniqueIdentifier } = await ask(Operation.Create, { objectType, attributes: template(...aes256) });
  const tag = Tag.AttributeValue;
  const bytes = asBytes.map((value): CustomValue => ({ tag, type: ItemType.ByteString, value }));
  const within: CustomValue = {
    tag,
    type: ItemType.Structure,
    value: [customText(ADDRESS), { tag, type: ItemType.Structure, value: [...asTexts.map(customText), ...bytes] }],
  };
  const rows: AttributeRow[] = [
    ...asTexts.map((text, i) => custom(`x-text-${i}`, text)),
    ...[...bytes, within].map((value, i): AttributeRow => [customAttribute(`x-value-${i}`), value]),
    custom(`x-${ADDRESS}`, 'its name is one'),
    custom('y-Name', ADDRESS),
    custom(ADDRESS, 'not even custom'),
    [Name, { nameValue: ADDRESS, nameType: NameType.UninterpretedTextString }],
    [AlternativeName, { alternativeNameValue: ADDRESS, alternativeNameType: AlternativeNameType.IPAddress }],
    [AlternativeName, { alternativeNameValue: `kmip://${ADDRESS}`, alternativeNameType: AlternativeNameType.URI }],
    [ObjectGroup, ADDRESS],
    [ContactInformation, `root@${ADDRESS}`],
    [ApplicationSpecificInformation, { applicationNamespace: ADDRESS, applicationData: `host=${ADDRESS}` }],
    [Link, { linkType: LinkType.ParentLink, linkedObjectIdentifier: ADDRESS }],
  ];
  for (const row of rows) {
    const [attribute, value] = row;
    await ask(Operation.AddAttribute, { uniqueIdentifier, attribute: { attribute, value } });
    await ask(Operation.AddAttribute, { uniqueIdentifier, attribute: { attribute, value, attributeIndex: 7 } });
    await ask(Operation.Create, { objectType, attributes: template(...aes256, row) });
    await ask(Operation.Locate, { attributes: searched(row) });
    await ask(Operation.GetAttributes, { uniqueIdentifier, attributeNames: [attribute.attributeName] });
  }
  await ask(Operation.GetAttributes, { uniqueIdentifier, attributeNames: [] });
  await ask(Operation.GetAttributeList, { uniqueIdentifier });
  const nameValue = { nameValue: ADDRESS, nameType: NameType.UninterpretedTextString };
  await ask(Operation.Create, { objectType, attributes: new TemplateAttributes([], [nameValue]) });
}

/** Whole messages that are refused, or answered in an unusual way. */
async function refusals(client: KmipClient): Promise<void> {
  const ask = asking(client, V1_4);
  const queryFunctions: [] = [];
  await ask(Operation.Query, { queryFunctions }, { clientCorrelationValue: ADDRESS });
  await ask(Operation.Create, { objectType: ObjectType.Certificate, attributes: template(...aes256) });
  await ask(Operation.Create, {
    objectType: ObjectType.SymmetricKey,
    attributes: template([CryptographicAlgorithm, CryptographicAlgorithm.AES], [CryptographicLength, 77]),
  });
  const credentials = [
    {
      credentialType: CredentialType.UsernameAndPassword,
      credentialValue: { username: ADDRESS, password: `of ${ADDRESS}` },
    },
    {
      credentialType: CredentialType.Device,
      credentialValue: { networkIdentifier: ADDRESS, machineIdentifier: DASHED },
    },
  ];
  const get = { operation: Operation.Get, requestPayload: { uniqueIdentifier: ADDRESS } };
  await client.batch([get], { header: { authentication: { credentials } } });
  await client.batch([get], { header: { maximumResponseSize: 16 } });
  await client.batch([get], { header: { batchCount: 3 } });
  await client.batch([get], { header: { asynchronousIndicator: AsynchronousIndicator.Optional } });
  const vendorExtension = [customText(ADDRESS)];
  for (const criticalityIndicator of [true, false]) {
    const messageExtension = { vendorIdentification: ADDRESS, criticalityIndicator, vendorExtension };
    await client.batch([{ ...get, messageExtension }]);
  }
  for (const uniqueBatchItemId of asBytes)
    for (const option of ['Stop', 'Continue', 'Undo'] as const) {
      const item = { ...get, uniqueBatchItemId };
      const header = { batchErrorContinuationOption: BatchErrorContinuationOption[option] };
      const create = {
        operation: Operation.Create,
        requestPayload: {
          objectType: ObjectType.SymmetricKey,
          attributes: template(...aes256, custom('x-Name', ADDRESS)),
        },
        uniqueBatchItemId,
      };
      await client.batch([create, item, item], { header });
    }
}

/** Bytes that are no message, or none that is spoken. Each on a connection of its own, for the server may close it. */
async function malformed({ connect, known }: Door): Promise<void> {
  const whole = encodeRequest(
    requestMessage(
      [
        {
          operation: Operation.AddAttribute,
          requestPayload: {
            uniqueIdentifier: ADDRESS,
            attribute: { attribute: customAttribute('x-Name'), value: customText(ADDRESS) },
          },
        },
      ],
      { version: V1_4, header: { clientCorrelationValue: ADDRESS } },
    ),
    V1_4,
  );
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(whole);
    change(bytes);
    return bytes;
  };
  const damaged = [
    ...inHttp(whole),
    Buffer.concat(asBytes),
    changed(bytes => bytes.writeInt32BE(9, 32)), // Protocol Version Major
    changed(bytes => bytes.writeUInt32BE(0x7ffffff8, 4)),
    changed(bytes => bytes.writeUInt32BE(bytes.length, 12)),
    // Every item once with another type, once with another tag and once with another length.
    ...Array.from({ length: whole.length / 8 }, (_, i) => i * 8).flatMap(at => [
      changed(bytes => bytes.writeUInt8(bytes.readUInt8(at + 3) ^ 0x0c, at + 3)),
      changed(bytes => bytes.writeUInt8(0x77, at + 2)),
      changed(bytes => bytes.writeUInt8(bytes.readUInt8(at + 7) ^ 0x07, at + 7)),
    ]),
    // The address with a byte in it that is no UTF-8.
    changed(bytes => bytes.fill(0xff, bytes.lastIndexOf(ADDRESS) + 2, bytes.lastIndexOf(ADDRESS) + 3)),
  ];
  for (const bytes of damaged) {
    const client = await connect(known);
    client.write(bytes);
    client.socket.end();
    while ((await client.nextMessage()) !== undefined);
    client.socket.destroy();
  }
}

/** The address wherever HTTP has room for it: requests that are answered in KMIP, and some that are not. */
function inHttp(message: Buffer): Buffer[] {
  const headers = [
    ...[`Host: ${ADDRESS}`, `X-Forwarded-For: ${ADDRESS}`, `Forwarded: for="${ADDRESS}"`, `Origin: https://${ADDRESS}`],
    ...[`User-Agent: ${ADDRESS}`, `Referer: https://${ADDRESS}/${ADDRESS}`, `Cookie: a=${ADDRESS}`],
  ];
  const request = (line: string, type: string, body: Uint8Array) => {
    const lines = [line, ...headers, `Content-Type: ${type}`, `Content-Length: ${body.length}`, 'Connection: close'];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
  };
  const octets = 'application/octet-stream';
  const xml = Buffer.from(`<RequestMessage a="${ADDRESS}"><${ADDRESS}/></RequestMessage>`);
  return [
    request('POST /kmip HTTP/1.1', octets, message),
    request(
      `POST https://${ADDRESS}/kmip?${ADDRESS} HTTP/1.1`,
      'text/xml',
      Buffer.from(encodeItemXml(decodeItem(message))),
    ),
    request('POST /kmip HTTP/1.0', 'text/xml', xml),
    request('POST /kmip HTTP/1.1', 'text/xml', Buffer.from(ADDRESS)),
    request('POST /kmip HTTP/1.1', ADDRESS, message),
    request('POST /kmip HTTP/1.1', `${octets}; charset=${ADDRESS}`, message),
    request(`GET /${ADDRESS} HTTP/1.1`, octets, Buffer.alloc(0)),
    request(`CONNECT ${ADDRESS}:443 HTTP/1.1`, octets, Buffer.alloc(0)),
    Buffer.from(`${ADDRESS.replace(/^/, 'x')} HTTP/1.1\r\n\r\n`),
  ];
}

/** Who has no certificate that is known, or does not even begin to speak TLS. */
async function strangers({ connect, unknown, host, port, localAddress }: Door): Promise<void> {
  for (const identity of [undefined, unknown]) {
    const client = await connect(identity);
    const item = await client.item(Operation.Get, { uniqueIdentifier: ADDRESS }, { version: V1_2 });
    if (item.resultStatus === ResultStatus.Success) throw new Error('a stranger was let in');
    client.socket.destroy();
  }
  for (const bytes of [undefined, Buffer.from(`GET / HTTP/1.1\r\nHost: ${ADDRESS}\r\n\r\n`)])
    await new Promise<void>(resolve => {
      const socket = tcpConnect({ host, port, localAddress }, () =>
        bytes ? socket.write(bytes) : socket.resetAndDestroy(),
      );
      socket.on('error', () => {}).on('close', () => resolve());
      socket.resume();
    });
}
