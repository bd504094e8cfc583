import { type KeyObject, generateKeyPairSync, type webcrypto } from 'node:crypto';
import { fromBER, Integer, OctetString, PrintableString, Sequence, Set, Utf8String } from 'asn1js';
import {
  Attribute,
  AttributeTypeAndValue,
  Certificate,
  CertificationRequest,
  Extension,
  Extensions,
  GeneralName,
  GeneralNames,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { toPem } from '../../certs/index.ts';
import { engine } from '../../certs/engine.ts';
import { ipAddressOctets } from '../../certs/ip-address.ts';
import { craft, type Crafted } from './crafted.ts';
import { authority, authorityKeyIdentifier, keyUsage, subjectAltNames as craftedNames } from './crafted-extensions.ts';

/** Certificates and requests as other people's programs make them: what `certs/` itself would never issue. */

export type MaterialKeyType = 'RSA 1024' | 'RSA 2048' | 'ECDSA P-256' | 'ECDSA P-384' | 'ECDSA P-521' | 'Ed25519';

export interface SelfSigned {
  commonName: string;
  /** The whole subject, where it is more than its commonName. */
  subject?: readonly SubjectPart[];
  /** Host names and IP addresses. */
  subjectAltNames?: string[];
  notBefore?: Date;
  notAfter?: Date;
  /** ECDSA P-256 unless said: it is made at once. */
  keyType?: MaterialKeyType;
}

export interface Material {
  certificatePem: string;
  privateKeyPem: string;
  der: Uint8Array;
}

/** A self-signed certificate without Extended Key Usage, Key Usage or basic constraints, as clients often have. */
export async function selfSigned(options: SelfSigned): Promise<Material> {
  const { commonName, subjectAltNames = [], keyType = 'ECDSA P-256' } = options;
  const keys = await keyPair(keyType);
  const name = distinguishedName(options.subject ?? [['CN', commonName]]);
  const certificate = new Certificate({
    version: 2,
    serialNumber: new Integer({ value: 1 + Math.floor(Math.random() * 0x7fff_fffe) }),
    subject: name,
    issuer: name,
    notBefore: time(options.notBefore ?? new Date(Date.now() - 3_600_000)),
    notAfter: time(options.notAfter ?? new Date(Date.now() + 365 * 86_400_000)),
    subjectPublicKeyInfo: keys.publicKeyInfo,
    ...(subjectAltNames.length > 0 && { extensions: [subjectAltName(subjectAltNames)] }),
  });
  await certificate.sign(keys.privateKey, 'SHA-256', engine);
  const der = new Uint8Array(certificate.toSchema(true).toBER());
  return { certificatePem: toPem('CERTIFICATE', der), privateKeyPem: keys.privateKeyPem, der };
}

export type SubjectPart = readonly ['C' | 'ST' | 'L' | 'O' | 'OU' | 'CN' | 'serialNumber', string];

/** The subject that vCenter writes into its requests. */
export const vcenterSubject: readonly SubjectPart[] = [
  ['C', 'US'],
  ['ST', 'California'],
  ['L', 'Palo Alto'],
  ['O', 'VMware'],
  ['OU', 'VMware Engineering'],
  ['CN', 'vcenter.example'],
];

export interface Request {
  /** vCenter's unless said. */
  subject?: readonly SubjectPart[];
  subjectAltNames?: string[];
  /** RSA 2048 unless said, as vCenter's is. */
  keyType?: MaterialKeyType;
  hash?: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
}

export interface RequestMaterial {
  csrPem: string;
  privateKeyPem: string;
  der: Uint8Array;
}

/** A PKCS #10 request. */
export async function certificateRequest(options: Request = {}): Promise<RequestMaterial> {
  const { subject = vcenterSubject, subjectAltNames = [], keyType = 'RSA 2048', hash = 'SHA-256' } = options;
  const keys = await keyPair(keyType, hash);
  const request = new CertificationRequest({
    version: 0,
    subject: distinguishedName(subject),
    subjectPublicKeyInfo: keys.publicKeyInfo,
    attributes:
      subjectAltNames.length === 0
        ? []
        : [
            new Attribute({
              type: '1.2.840.113549.1.9.14',
              values: [new Extensions({ extensions: [subjectAltName(subjectAltNames)] }).toSchema()],
            }),
          ],
  });
  await request.sign(keys.privateKey, hash, engine);
  const der = new Uint8Array(request.toSchema(true).toBER());
  return { csrPem: toPem('CERTIFICATE REQUEST', der), privateKeyPem: keys.privateKeyPem, der };
}

async function keyPair(keyType: MaterialKeyType, hash = 'SHA-256') {
  const [family, variant = ''] = keyType.split(' ');
  const keys: { publicKey: KeyObject; privateKey: KeyObject } =
    family === 'RSA'
      ? generateKeyPairSync('rsa', { modulusLength: Number(variant) })
      : family === 'ECDSA'
        ? generateKeyPairSync('ec', { namedCurve: variant })
        : generateKeyPairSync('ed25519');
  const algorithm =
    family === 'RSA'
      ? { name: 'RSASSA-PKCS1-v1_5', hash }
      : family === 'ECDSA'
        ? { name: 'ECDSA', namedCurve: variant }
        : { name: 'Ed25519' };
  const pkcs8 = keys.privateKey.export({ format: 'der', type: 'pkcs8' });
  const privateKey: webcrypto.CryptoKey = await engine.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  const spki = keys.publicKey.export({ format: 'der', type: 'spki' });
  return {
    privateKey,
    privateKeyPem: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    publicKeyInfo: new PublicKeyInfo({ schema: fromBER(spki).result }),
  };
}

const attributeTypes = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
};

function distinguishedName(parts: readonly SubjectPart[]): RelativeDistinguishedNames {
  const sets = parts.map(([type, text]) => {
    const value = type === 'C' ? new PrintableString({ value: text }) : new Utf8String({ value: text });
    return new Set({ value: [new AttributeTypeAndValue({ type: attributeTypes[type], value }).toSchema()] });
  });
  // By way of DER, which pkijs keeps: of parts given as objects it would make a single part with many values.
  return new RelativeDistinguishedNames({ schema: fromBER(new Sequence({ value: sets }).toBER()).result });
}

function subjectAltName(names: readonly string[]): Extension {
  const list = names.map(name => {
    const octets = ipAddressOctets(name);
    return octets
      ? new GeneralName({ type: 7, value: new OctetString({ valueHex: Uint8Array.from(octets).buffer }) })
      : new GeneralName({ type: 2, value: name });
  });
  return new Extension({ extnID: '2.5.29.17', extnValue: new GeneralNames({ names: list }).toSchema().toBER() });
}

const time = (value: Date) => new Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });

export interface Vmca {
  /** Host name of the vCenter. */
  commonName: string;
  /** RSA 2048 unless said, which is made sooner; the VMCA of vCenter 8 has RSA 3072. */
  keyType?: 'RSA 2048' | 'RSA 3072' | 'ECDSA P-256';
  notBefore?: Date;
  notAfter?: Date;
}

/**
 * Root and leaf as the VMware Certificate Authority makes them: the root knows its host by its organization, the leaf has its host as
 * common name and subject alternative name, key usage and no Extended Key Usage. Valid now unless said.
 */
export async function vmca({
  commonName,
  keyType = 'RSA 2048',
  ...dates
}: Vmca): Promise<{ root: Crafted; leaf: Crafted }> {
  const { notBefore = new Date(Date.now() - 3_600_000), notAfter = new Date(Date.now() + 730 * 86_400_000) } = dates;
  const root = craft({
    subject: [
      ['CN', 'CA'],
      ['DC', 'vsphere'],
      ['DC', 'local'],
      ['C', 'US'],
      ['ST', 'California'],
      ['O', commonName],
      ['OU', 'VMware Engineering'],
    ],
    keyType,
    notBefore,
    notAfter: new Date(notAfter.getTime() + 3650 * 86_400_000),
    extensions: [authority(), keyUsage('keyCertSign', 'cRLSign')],
  });
  const leaf = craft({
    subject: [
      ['CN', commonName],
      ['C', 'US'],
    ],
    issuer: root,
    keyType,
    notBefore,
    notAfter,
    extensions: [
      keyUsage('digitalSignature', 'keyEncipherment'),
      craftedNames(`DNS:${commonName}`),
      authorityKeyIdentifier(root.keys.publicKey),
    ],
  });
  return { root, leaf };
}
