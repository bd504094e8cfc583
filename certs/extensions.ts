import { BitString, OctetString } from 'asn1js';
import { AuthorityKeyIdentifier, BasicConstraints, Extension, ExtKeyUsage, GeneralName, GeneralNames } from 'pkijs';
import { type DerReader, DerTag, dottedOid } from './der.ts';
import { ipAddressOctets } from './ip-address.ts';
import { readGeneralNames } from './name.ts';

const id = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
};

/** What we read of a certificate's or request's extensions. */
export interface ReadExtensions {
  isCa: boolean;
  subjectAltNames: string[];
  /** GeneralNames in DER, to be carried over from a request unchanged. */
  subjectAltNamesDer: Uint8Array | undefined;
  subjectKeyIdentifier: Uint8Array | undefined;
}

export const noExtensions: ReadExtensions = {
  isCa: false,
  subjectAltNames: [],
  subjectAltNamesDer: undefined,
  subjectKeyIdentifier: undefined,
};

/** Reads the Extensions that stand next. Those that we do not use are only stepped over. */
export function readExtensions(reader: DerReader): ReadExtensions {
  const found = { ...noExtensions };
  const list = reader.into(reader.next(DerTag.sequence, 'the extensions'));
  while (!list.isAtEnd) {
    const extension = list.into(list.next(DerTag.sequence, 'an extension'));
    const name = dottedOid(extension.content(extension.next(DerTag.objectIdentifier, 'the name of an extension')));
    if (extension.nextTag === DerTag.boolean) extension.any('whether the extension is critical');
    const value = extension.into(extension.next(DerTag.octetString, `the value of extension ${name}`));
    if (name === id.basicConstraints) {
      const constraints = value.into(value.next(DerTag.sequence, 'the basic constraints'));
      found.isCa = constraints.nextTag === DerTag.boolean && constraints.content(constraints.any('CA'))[0] !== 0;
    } else if (name === id.subjectKeyIdentifier) {
      found.subjectKeyIdentifier = value.content(value.next(DerTag.octetString, 'the subject key identifier'));
    } else if (name === id.subjectAltName) {
      found.subjectAltNamesDer = value.der.subarray(value.offset, value.end);
      found.subjectAltNames = readGeneralNames(value);
    }
  }
  return found;
}

/** The bits of Key Usage that we set (RFC 5280 §4.2.1.3), as they lie in its first octet. */
const KeyUsage = { digitalSignature: 0x80, keyEncipherment: 0x20, keyCertSign: 0x04, cRLSign: 0x02 } as const;

/** The purposes of Extended Key Usage that we give. */
const Purpose = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

export function keyUsage(...usages: (keyof typeof KeyUsage)[]): Extension {
  const bits = usages.reduce((sum, usage) => sum | KeyUsage[usage], 0);
  // DER leaves out the zero bits at the end of a list of named bits.
  const unusedBits = 31 - Math.clz32(bits & -bits);
  return extension(id.keyUsage, new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits }).toBER(), true);
}

export function extendedKeyUsage(...purposes: (keyof typeof Purpose)[]): Extension {
  const keyPurposes = purposes.map(purpose => Purpose[purpose]);
  return extension(id.extendedKeyUsage, new ExtKeyUsage({ keyPurposes }).toSchema().toBER());
}

/** A certificate authority that signs end certificates only, or, without `pathLength`, no authority at all. */
export function basicConstraints(pathLength?: number): Extension {
  const constraints =
    pathLength === undefined
      ? new BasicConstraints()
      : new BasicConstraints({ cA: true, pathLenConstraint: pathLength });
  return extension(id.basicConstraints, constraints.toSchema().toBER(), true);
}

export function subjectKeyIdentifier(keyIdentifier: Uint8Array): Extension {
  return extension(id.subjectKeyIdentifier, octetString(keyIdentifier).toBER());
}

export function authorityKeyIdentifier(keyIdentifier: Uint8Array): Extension {
  const value = new AuthorityKeyIdentifier({ keyIdentifier: octetString(keyIdentifier) });
  return extension(id.authorityKeyIdentifier, value.toSchema().toBER());
}

/** GeneralNames in DER as the extension. Critical when the subject is empty (RFC 5280 §4.2.1.6). */
export function subjectAltNames(der: Uint8Array, isCritical = false): Extension {
  return extension(id.subjectAltName, der, isCritical);
}

/** Host names and IP addresses as GeneralNames in DER. */
export function generalNames(names: readonly string[]): Uint8Array {
  const list = names.map(name => {
    const octets = ipAddressOctets(name);
    return octets
      ? new GeneralName({ type: 7, value: octetString(octets) })
      : new GeneralName({ type: 2, value: name });
  });
  return new Uint8Array(new GeneralNames({ names: list }).toSchema().toBER());
}

const extension = (extnID: string, value: ArrayBuffer | Uint8Array, critical = false) =>
  new Extension({ extnID, critical, extnValue: ownBuffer(new Uint8Array(value)) });

const octetString = (octets: Uint8Array) => new OctetString({ valueHex: ownBuffer(octets) });

/**
 * Exactly these octets. A Buffer's `buffer` is the pool that it shares with whatever else the process handles, private
 * keys too, and its `slice` does not copy; handed on as it is, all of that would stand in the certificate.
 */
const ownBuffer = (octets: Uint8Array): ArrayBuffer => Uint8Array.from(octets).buffer;
