export { attribute, type Attribute } from './attribute.ts';
export { AttributeSet, type AttributeInstance } from './attribute-set.ts';
export {
  attributeNamed,
  AttributeStructure,
  SearchedAttributeStructure,
  TemplateAttributes,
  toGiven,
  type GivenAttribute,
} from './attribute-codec.ts';
export {
  AnyAttributeInstances,
  AttributeInstances,
  attributeReference,
  AttributeReference,
  AttributesItem,
  attributesItem,
  CurrentAttribute,
  NewAttribute,
  SearchedAttributes,
} from './attributes-since-2.ts';
export { vendorName, customAttribute, customText, isCustomName, type CustomValue } from './custom-attribute.ts';
export * from './attributes.ts';
export * from './structures.ts';
export { IdentifierReference, identifier, uniqueIdentifierNames } from './identifier.ts';
