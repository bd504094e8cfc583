import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseXml, registry, Tag, tagName, type Version, version } from '../../kmip-codec/index.ts';
import type { TtlvItem, XmlElement } from '../../kmip-codec/index.ts';
import { child, children, enumeration, everyItem, integer } from './items.ts';
import { readWithVariables } from './variables.ts';

/** One request and the answer that is expected for it. */
export interface Exchange {
  /** Which client sends it: 'A' unless the case says another. Each has a connection of its own. */
  readonly client: string;
  readonly isServerToClient: boolean;
  /** What the case says to repeat the request until, or undefined. */
  readonly repeatUntil: string | undefined;
  readonly request: XmlElement;
  readonly response: XmlElement;
}

/** One file of the OASIS test cases. */
export interface TestCase {
  /** The file's name without its ending. */
  readonly name: string;
  /** 'SKFF', 'TC', 'CS-BC': what stands before the number. */
  readonly family: string;
  /** Protocol version of the first request. */
  readonly version: Version;
  readonly exchanges: readonly Exchange[];
  /** XML names of the operations requested of the server, and of the types of the objects that are created or registered. */
  readonly operations: ReadonlySet<string>;
  readonly objectTypes: ReadonlySet<string>;
}

/** Reads the case in a file. Throws CodecError for what is not XML or not KMIP, Error for a file of another shape. */
export const loadTestCase = (path: string): TestCase =>
  parseTestCase(basename(path).replace(/\.xml$/i, ''), readFileSync(path, 'utf8'));

export function parseTestCase(name: string, xml: string): TestCase {
  const exchanges = parseExchanges(parseXml(xml));
  const first = exchanges[0];
  if (!first) throw new Error(`${name} holds no messages`);
  const requests = exchanges.map(exchange => readWithVariables(exchange.request).tree);
  const ownRequests = requests.filter((_, index) => !exchanges[index]?.isServerToClient);
  const items = ownRequests.flatMap(request => children(request).filter(item => item.tag === Tag.BatchItem));
  return {
    name,
    family: familyOf(name),
    version: versionOf(requests[0]),
    exchanges,
    operations: new Set(items.map(item => operationName(child(item, Tag.Operation)))),
    objectTypes: new Set(items.flatMap(objectTypesMade)),
  };
}

/** Major and minor version of a message's header; 0.0 where there is none. */
export function versionOf(message: TtlvItem | undefined): Version {
  const header = children(message)[0];
  const protocolVersion = child(header, Tag.ProtocolVersion);
  return version(
    integer(child(protocolVersion, Tag.ProtocolVersionMajor)) ?? 0,
    integer(child(protocolVersion, Tag.ProtocolVersionMinor)) ?? 0,
  );
}

/** 'Create', or the number as hex. */
export function operationName(item: TtlvItem | undefined): string {
  const value = enumeration(item);
  return value === undefined ? 'no operation' : (operations.xmlName(value) ?? `0x${value.toString(16)}`);
}
/** 'SymmetricKey', or the number as hex. */
export function objectTypeName(item: TtlvItem | undefined): string {
  const value = enumeration(item);
  return value === undefined ? 'no object type' : (objectTypes.xmlName(value) ?? `0x${value.toString(16)}`);
}
const operations = new registry.ValueNames(registry.Operation);
const objectTypes = new registry.ValueNames(registry.ObjectType);

/** `SKFF-M-1-14` is of SKFF, `TC_NP_1_10_Put` of TC-NP, `CS-BC-M-1-12_...` of CS-BC. */
function familyOf(name: string): string {
  const [first = name, second = ''] = name.replaceAll('_', '-').split('-');
  return /^[A-Z]{2,}$/.test(second) ? `${first}-${second}` : first;
}

function objectTypesMade(batchItem: TtlvItem): string[] {
  const made = new Set(['Create', 'Register']);
  if (!made.has(operationName(child(batchItem, Tag.Operation)))) return [];
  const payload = child(batchItem, Tag.RequestPayload);
  const usesTemplate = [...everyItem(payload ?? batchItem)].some(
    item => item.tag === Tag.TemplateAttribute && child(item, Tag.Name),
  );
  const type = objectTypeName(child(payload, Tag.ObjectType));
  return usesTemplate ? [type, 'Template'] : [type];
}

/** The messages in pairs, with what the comments and the text between them say about who sends them. */
function parseExchanges(root: XmlElement): Exchange[] {
  const exchanges: Exchange[] = [];
  let client = 'A';
  let isServerToClient = false;
  let repeatUntil: string | undefined;
  let request: XmlElement | undefined;
  for (const node of root.children) {
    if (node.kind !== 'element') {
      client = /# *\[Client-([A-Z])\]/.exec(node.text)?.[1] ?? client;
      if (node.text.includes('[Server-to-Client]')) isServerToClient = true;
      if (node.text.includes('[Client-to-Server]')) isServerToClient = false;
      repeatUntil = /# *\[REPEAT\]\s+until\s+([^\n]*)/.exec(node.text)?.[1]?.replace(/\s+/g, ' ') ?? repeatUntil;
    } else if (node.name === tagName(Tag.RequestMessage) && !request) {
      request = node;
    } else if (node.name === tagName(Tag.ResponseMessage) && request) {
      exchanges.push({ client, isServerToClient, repeatUntil, request, response: node });
      request = undefined;
      repeatUntil = undefined;
    } else {
      throw new Error(`<${node.name}> stands where a ${request ? 'response' : 'request'} must be`);
    }
  }
  if (request) throw new Error('the last request has no response');
  return exchanges;
}
