import * as der from './der-maker.ts';

export type AttributeType = 'CN' | 'O' | 'OU' | 'L' | 'ST' | 'C' | 'DC' | 'UID' | 'serialNumber' | 'emailAddress';
/** Text is a UTF8String (`C` and `DC` as their standards say); bytes are the whole value. */
export type Attribute = readonly [AttributeType, string | Uint8Array];
/** Parts in their order, each of one attribute or of several. */
export type Name = readonly (Attribute | readonly Attribute[])[];

const attributeTypes: Readonly<Record<AttributeType, string>> = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
};

export function encodeName(name: Name | string): Buffer {
  const parts =
    typeof name === 'string' ? ([[['CN', name]]] as const) : name.map(one => (isAttribute(one) ? [one] : one));
  return der.sequence(...parts.map(part => der.set(...part.map(encodeAttribute))));
}

const isAttribute = (one: Attribute | readonly Attribute[]): one is Attribute => typeof one[0] === 'string';

function encodeAttribute([type, value]: Attribute): Buffer {
  const encoded =
    typeof value !== 'string'
      ? value
      : type === 'C'
        ? der.printableString(value)
        : type === 'DC' || type === 'emailAddress'
          ? der.ia5String(value)
          : der.utf8String(value);
  return der.sequence(der.oid(attributeTypes[type]), encoded);
}
