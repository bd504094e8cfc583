// All that others may import; README.md has examples. What is declared (attributes, objects, payloads, messages) is an Item, and
// carries the static type of its values under the same name.

/** Protocol versions: `V1_4`, `supportedVersions`, `showVersion`; `STORED` is the form in which a server keeps objects. */
export * from './version.ts';
/** What is thrown for whatever cannot be encoded or decoded, with path and offset. */
export { CodecError } from './error.ts';
/** Items as trees, to and from TTLV, XML and JSON, and as text for people; frames of a stream; the Readers and Writers. */
export * from './encodings/index.ts';
/** Names and numbers: tags, enumerations, masks, rules of attributes. */
export * as registry from './registry/index.ts';
export { Tag, tagName } from './registry/index.ts';
/** What a declaration is, for those who declare items of their own. */
export { EXTENSION_VALUES, type Item, type TypeOf } from './schema/index.ts';
/** Every attribute, `AttributeSet`, and attributes of vendors. */
export * from './attributes/index.ts';
/** Managed objects, Key Block, Key Wrapping Data, transparent keys. */
export * from './objects/index.ts';
/** Request and response payload of every operation, credentials, and the enumerations that they use. */
export * from './payloads/index.ts';
/** Whole messages: `decodeRequest`, `encodeResponse` and kin; `encodeItemAs`, `decodeItemAs` for any declared item. */
export * from './messages/index.ts';
