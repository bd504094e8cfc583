import { BitString, OctetString } from 'asn1js';
import { AuthorityKeyIdentifier, BasicConstraints, Extension, ExtKeyUsage, GeneralName, GeneralNames } from 'pkijs';
import { ipAddressOctets } from './ip-address.ts';
import { extensionIds as id } from './read-extensions.ts';

/** The bits of Key Usage that we set (RFC 5280 §4.2.1.3), as they lie in its first octet. */
const KeyUsage = {
  digitalSignature: 0x80,
  nonRepudiation: 0x40,
  keyEncipherment: 0x20,
  dataEncipherment: 0x10,
  keyAgreement: 0x08,
  keyCertSign: 0x04,
  cRLSign: 0x02,
} as const;
export type GivenKeyUsage = keyof typeof KeyUsage;

/** The purposes of Extended Key Usage that we give. */
const Purpose = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' } as const;

export function keyUsage(...usages: readonly GivenKeyUsage[]): Extension {
  const bits = usages.reduce((sum, usage) => sum | KeyUsage[usage], 0);
  // DER leaves out the zero bits at the end of a list of named bits.
  const unusedBits = 31 - Math.clz32(bits & -bits);
  return extension(id.keyUsage, new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits }).toBER(), true);
}

export const extendedKeyUsage = (...purposes: (keyof typeof Purpose)[]): Extension =>
  extendedKeyUsageOf(purposes.map(purpose => Purpose[purpose]));

/** The purposes dotted, as a request asks for them. */
export function extendedKeyUsageOf(keyPurposes: readonly string[]): Extension {
  return extension(id.extendedKeyUsage, new ExtKeyUsage({ keyPurposes: [...keyPurposes] }).toSchema().toBER());
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
