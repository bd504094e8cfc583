import { generateKeyPairSync, randomBytes, type webcrypto } from 'node:crypto';
import { BitString, fromBER, Integer, Null, Sequence, Set, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
  GeneralSubtree,
  NameConstraints,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { toPem } from '../../../certs/index.ts';
import { engine } from '../../../certs/engine.ts';
import type { ClientIdentity } from '../kmip-client.ts';

/** Bits of Key Usage (RFC 5280 §4.2.1.3) that these tests use. */
const USAGES = { digitalSignature: 0x80, keyEncipherment: 0x20, keyCertSign: 0x04, cRLSign: 0x02 } as const;
const PURPOSES = { clientAuth: '1.3.6.1.5.5.7.3.2', serverAuth: '1.3.6.1.5.5.7.3.1' } as const;

export interface Crafted extends ClientIdentity {
  readonly der: Buffer;
  /** Lower-case hex, as `certs/` writes serial numbers. */
  readonly serialNumber: string;
  readonly name: RelativeDistinguishedNames;
  readonly key: webcrypto.CryptoKey;
}

/** Right in every way unless something else is asked for. */
export interface Craft {
  readonly commonName: string;
  /** VMware unless said. */
  readonly organization?: string;
  /** Itself unless said. */
  readonly issuer?: Crafted | undefined;
  /** Whether basic constraints say that it is an authority; without it there are none. */
  readonly isAuthority?: boolean;
  readonly pathLength?: number;
  /** That of an authority or of a client unless said. */
  readonly keyUsage?: readonly (keyof typeof USAGES)[];
  readonly extendedKeyUsage?: readonly (keyof typeof PURPOSES)[];
  readonly dnsName?: string;
  /** Of an authority: host names below this one are all that it may sign. */
  readonly permittedDnsName?: string;
  /** A critical extension that nobody knows. */
  readonly hasUnknownExtension?: boolean;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly hash?: 'SHA-1' | 'SHA-256';
  /** ECDSA P-256 unless said. */
  readonly keyType?: CraftedKeyType;
}

type CraftedKeyType = 'ECDSA P-256' | `RSA ${number}`;

const DAY_MS = 86_400_000;

/** A certificate as somebody else's authority makes it, or should not make it. */
export async function craft(wanted: Craft): Promise<Crafted> {
  const { commonName, organization = 'VMware', issuer, hash = 'SHA-256', keyType = 'ECDSA P-256' } = wanted;
  const { key, publicKey, privateKeyPem } = await newKey(keyType, hash);
  const name = nameOf(organization, commonName);
  const serial = Buffer.concat([Buffer.of(0x40), randomBytes(15)]);
  const certificate = new Certificate({
    version: 2,
    serialNumber: new Integer({ valueHex: Uint8Array.from(serial).buffer }),
    subject: name,
    issuer: issuer?.name ?? name,
    notBefore: new Time({ type: 0, value: wanted.notBefore ?? new Date(Date.now() - DAY_MS) }),
    notAfter: new Time({ type: 0, value: wanted.notAfter ?? new Date(Date.now() + 365 * DAY_MS) }),
    subjectPublicKeyInfo: publicKey,
    extensions: extensionsOf(wanted),
  });
  await certificate.sign(issuer?.key ?? key, hash, engine);
  const der = Buffer.from(certificate.toSchema(true).toBER());
  return {
    certificatePem: toPem('CERTIFICATE', der),
    privateKeyPem,
    der,
    serialNumber: serial.toString('hex'),
    name,
    key,
  };
}

/** The client sends these after its own certificate. */
export const withChain = (leaf: Crafted, ...issuers: readonly Crafted[]): ClientIdentity => ({
  certificatePem: [leaf, ...issuers].map(({ certificatePem }) => certificatePem).join(''),
  privateKeyPem: leaf.privateKeyPem,
});

function extensionsOf(wanted: Craft): Extension[] {
  const { isAuthority, pathLength, extendedKeyUsage, dnsName, permittedDnsName, hasUnknownExtension } = wanted;
  const usages = wanted.keyUsage ?? (isAuthority ? ['keyCertSign', 'cRLSign'] : ['digitalSignature']);
  const bits = usages.reduce((all, usage) => all | USAGES[usage], 0);
  const basic = { cA: true, ...(pathLength !== undefined && { pathLenConstraint: pathLength }) };
  const dns = (value: string) => new GeneralName({ type: 2, value });
  const below = (value: string) =>
    new NameConstraints({ permittedSubtrees: [new GeneralSubtree({ base: dns(value) })] });
  const purposes = extendedKeyUsage?.map(purpose => PURPOSES[purpose]);
  return [
    ...(isAuthority ? [extension('2.5.29.19', true, new BasicConstraints(basic).toSchema().toBER())] : []),
    extension('2.5.29.15', true, bitString(bits)),
    ...(purposes ? [extension('2.5.29.37', false, new ExtKeyUsage({ keyPurposes: purposes }).toSchema().toBER())] : []),
    ...(dnsName !== undefined
      ? [extension('2.5.29.17', false, new GeneralNames({ names: [dns(dnsName)] }).toSchema().toBER())]
      : []),
    ...(permittedDnsName !== undefined
      ? [extension('2.5.29.30', true, below(permittedDnsName).toSchema().toBER())]
      : []),
    ...(hasUnknownExtension ? [extension('1.3.6.1.4.1.55555.1', true, new Null().toBER())] : []),
  ];
}

const extension = (extnID: string, critical: boolean, extnValue: ArrayBuffer) =>
  new Extension({ extnID, critical, extnValue });

/** DER: no zero bits at the end (X.690 §11.2.2). */
function bitString(bits: number): ArrayBuffer {
  let unusedBits = 0;
  while (unusedBits < 7 && ((bits >> unusedBits) & 1) === 0) unusedBits++;
  return new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits }).toBER();
}

async function newKey(keyType: CraftedKeyType, hash: string) {
  const isRsa = keyType !== 'ECDSA P-256';
  const pair = isRsa
    ? generateKeyPairSync('rsa', { modulusLength: Number(keyType.slice(4)) })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = isRsa ? { name: 'RSASSA-PKCS1-v1_5', hash } : { name: 'ECDSA', namedCurve: 'P-256' };
  const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  return {
    key: await engine.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: new PublicKeyInfo({
      schema: fromBER(pair.publicKey.export({ format: 'der', type: 'spki' })).result,
    }),
    privateKeyPem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}

function nameOf(organization: string, commonName: string): RelativeDistinguishedNames {
  const sets = [
    ['2.5.4.10', organization],
    ['2.5.4.3', commonName],
  ].map(
    ([type = '', value = '']) =>
      new Set({ value: [new AttributeTypeAndValue({ type, value: new Utf8String({ value }) }).toSchema()] }),
  );
  // By way of DER: of parts given as objects pkijs would make a single part with many values.
  return new RelativeDistinguishedNames({ schema: fromBER(new Sequence({ value: sets }).toBER()).result });
}
