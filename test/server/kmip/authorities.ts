import { generateKeyPairSync, type webcrypto } from 'node:crypto';
import { BitString, fromBER, Integer, Sequence, Set, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { toPem } from '../../../certs/index.ts';
import { engine } from '../../../certs/engine.ts';
import type { ClientIdentity } from '../running-server.ts';

/** What an authority outside of kmipd has issued; `keys` so that it can issue in turn. */
export interface Issued extends ClientIdentity {
  readonly der: Buffer;
  readonly subject: RelativeDistinguishedNames;
  readonly key: webcrypto.CryptoKey;
}

export interface Issue {
  /** Common name; the organization is VMware. */
  readonly commonName: string;
  /** Itself unless said. */
  readonly issuer?: Issued;
  readonly isAuthority?: boolean;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const DAY_MS = 86_400_000;

/**
 * A certificate as the VMware Certificate Authority makes it: an authority has basic constraints and key usage, a leaf has no
 * Extended Key Usage. ECDSA P-256.
 */
export async function issue({ commonName, issuer, isAuthority = false, notBefore, notAfter }: Issue): Promise<Issued> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = await engine.subtle.importKey('pkcs8', pkcs8, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const subject = nameOf(commonName);
  const usage = isAuthority ? 0x06 : 0x80;
  const certificate = new Certificate({
    version: 2,
    serialNumber: new Integer({ value: 1 + Math.floor(Math.random() * 0x7fff_fffe) }),
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: new Time({ type: 0, value: notBefore ?? new Date(Date.now() - DAY_MS) }),
    notAfter: new Time({ type: 0, value: notAfter ?? new Date(Date.now() + 365 * DAY_MS) }),
    subjectPublicKeyInfo: new PublicKeyInfo({
      schema: fromBER(pair.publicKey.export({ format: 'der', type: 'spki' })).result,
    }),
    extensions: [
      ...(isAuthority ? [extension('2.5.29.19', new BasicConstraints({ cA: true }).toSchema().toBER())] : []),
      extension(
        '2.5.29.15',
        new BitString({ valueHex: Uint8Array.of(usage).buffer, unusedBits: isAuthority ? 1 : 7 }).toBER(),
      ),
    ],
  });
  await certificate.sign(issuer?.key ?? key, 'SHA-256', engine);
  const der = Buffer.from(certificate.toSchema(true).toBER());
  const privateKeyPem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  return { certificatePem: toPem('CERTIFICATE', der), privateKeyPem, der, subject, key };
}

/** The client sends these after its own certificate. */
export const withChain = (leaf: Issued, ...issuers: readonly Issued[]): ClientIdentity => ({
  certificatePem: [leaf, ...issuers].map(({ certificatePem }) => certificatePem).join(''),
  privateKeyPem: leaf.privateKeyPem,
});

const extension = (extnID: string, extnValue: ArrayBuffer) => new Extension({ extnID, critical: true, extnValue });

function nameOf(commonName: string): RelativeDistinguishedNames {
  const sets = [
    ['2.5.4.10', 'VMware'],
    ['2.5.4.3', commonName],
  ].map(
    ([type = '', value = '']) =>
      new Set({ value: [new AttributeTypeAndValue({ type, value: new Utf8String({ value }) }).toSchema()] }),
  );
  return new RelativeDistinguishedNames({ schema: fromBER(new Sequence({ value: sets }).toBER()).result });
}
