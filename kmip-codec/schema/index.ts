export {
  gatheredSince2,
  lifespan,
  respelled,
  tagOf,
  type Item,
  type ItemCodec,
  type Span,
  type TypeOf,
} from './item.ts';
export {
  bigInteger,
  boolean,
  byteString,
  dateTime,
  dateTimeExtended,
  integer,
  interval,
  longInteger,
  opaqueStructure,
  secret,
  textString,
} from './primitives.ts';
export { cached, enumeration, EXTENSION_VALUES, mask, type EnumerationItem } from './enumeration.ts';
export {
  chosenBy,
  chosenByTag,
  chosenIfPresent,
  optional,
  optionalChosenBy,
  partly,
  repeated,
  required,
  structure,
  type Chosen,
  type Field,
  type Presence,
  type StructureItem,
} from './structure.ts';
