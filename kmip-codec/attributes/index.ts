export { attribute, type Attribute } from './attribute.ts';
export { AttributeSet, type AttributeInstance } from './attribute-set.ts';
export {
  attributeNamed,
  AttributesItem,
  AttributeStructure,
  SearchedAttributeStructure,
  TemplateAttributes,
  toGiven,
  type GivenAttribute,
} from './attribute-codec.ts';
export { customAttribute, customText, isCustomName, type CustomValue } from './custom-attribute.ts';
export * from './attributes.ts';
export * from './structures.ts';
