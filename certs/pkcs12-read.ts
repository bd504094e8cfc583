import { createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { CertificateError } from './certificate-error.ts';
import { definiteBer } from './definite-ber.ts';
import { type DerElement, DerReader, DerTag, dottedOid } from './der.ts';
import { readAlgorithm, readHmac, readIterations, readPbkdf2 } from './encryption.ts';
import { orderChain } from './key-pair.ts';
import { findBlocks, inBlock, toPem } from './pem.ts';
import { isSameMac, pkcs12Mac } from './pkcs12-derivation.ts';
import { Pkcs12Contents } from './pkcs12-contents.ts';
import { pkcs12Oid } from './pkcs12-oids.ts';

export interface FromPkcs12 {
  certificatePem: string;
  /** PKCS#8, not encrypted. */
  privateKeyPem: string;
  /** What stands above the certificate, in order; empty when nothing was with it. */
  chainPem: string;
}

/**
 * The private key in a PKCS#12 file (RFC 7292) with its certificate and chain: the file that openssl, keytool and Windows export, in
 * DER, BER, base64 or PEM. Opened: PBES2 with PBKDF2 and AES or 3DES, PBE-SHA1-3DES; a MAC of SHA-1 or SHA-2, or PBMAC1 (RFC 9579), is
 * checked before anything. Throws CertificateError: a wrong password, damage with its byte, an encryption that is too old, with what to
 * do about it, anything but one private key and its certificate.
 */
export async function readPkcs12(input: string | Uint8Array, password: string): Promise<FromPkcs12> {
  const [block] = findBlocks(input, { labels: ['PKCS12'], name: 'a PKCS#12 file', isWhole: isIndefinite });
  const { der, safe, mac } = inBlock(block!, readPfx);
  if (!isSameMac(await mac.compute(password, der.subarray(safe.content, safe.end)), mac.value)) {
    throw new CertificateError({
      found: 'a wrong password, or a PKCS#12 file that is damaged',
      expected: 'the password with which the file was exported',
    });
  }
  const contents = new Pkcs12Contents(password);
  await contents.readSafe(der, safe);
  return pairOf(contents);
}

const isIndefinite = (bytes: Uint8Array) => bytes[0] === DerTag.sequence && bytes[1] === 0x80;

function pairOf({ keys, certificates }: Pkcs12Contents): FromPkcs12 {
  const [key, second] = keys;
  if (!key || second) {
    throw new CertificateError({
      found: key ? `a PKCS#12 file with ${keys.length} private keys` : 'a PKCS#12 file without a private key',
      expected: 'one with one private key, its certificate and what stands above it',
    });
  }
  if (certificates.length === 0) {
    throw new CertificateError({ found: 'a PKCS#12 file without a certificate', expected: 'one with that of its key' });
  }
  return orderChain(certificates.map(der => toPem('CERTIFICATE', der)).join(''), toPem('PRIVATE KEY', key));
}

/** How the content is vouched for. */
interface Mac {
  value: Uint8Array;
  compute(password: string, content: Uint8Array): Promise<Uint8Array>;
}

/** PFX (RFC 7292 §4): the whole in DER, the octet string in it that is the AuthenticatedSafe in BER, and its MAC. */
function readPfx(ber: Uint8Array): { der: Uint8Array; safe: DerElement; mac: Mac } {
  const der = definiteBer(ber, 'the PKCS#12 file');
  const outer = new DerReader(der);
  const pfx = outer.into(outer.next(DerTag.sequence, 'a PKCS#12 file'));
  const version = pfx.next(DerTag.integer, 'the version');
  if (Buffer.compare(pfx.content(version), Uint8Array.of(3)) !== 0) {
    throw new CertificateError({
      byte: version.start,
      found: 'another version',
      expected: 'a PKCS#12 file of version 3',
    });
  }
  const info = pfx.into(pfx.next(DerTag.sequence, 'the content of the file'));
  const type = info.next(DerTag.objectIdentifier, 'the type of the content');
  if (dottedOid(info.content(type)) !== pkcs12Oid.data) {
    const found = 'a PKCS#12 file that is signed instead of protected by a password';
    throw new CertificateError({ byte: type.start, found, expected: 'one with a password' });
  }
  const data = info.into(info.next(DerTag.context(0), 'the data'));
  const safe = data.next(DerTag.octetString, 'the data');
  if (pfx.isAtEnd) {
    const expected = 'one with a password: export it anew with a MAC (openssl: without -nomac)';
    throw new CertificateError({ byte: pfx.offset, found: 'a PKCS#12 file without a MAC', expected });
  }
  const mac = readMac(pfx.into(pfx.next(DerTag.sequence, 'the MAC')));
  pfx.finish('the PKCS#12 file');
  return { der, safe, mac };
}

const digests = new Map<string, string>([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  [pkcs12Oid.sha256, 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

function readMac(fields: DerReader): Mac {
  const digest = fields.into(fields.next(DerTag.sequence, 'the digest of the MAC'));
  const { id, parameters, byte } = readAlgorithm(digest, 'the algorithm of the MAC');
  const value = digest.content(digest.next(DerTag.octetString, 'the MAC'));
  // Salt and iterations that stand here mean nothing to PBMAC1, which has its own (RFC 9579 §4).
  if (id === pkcs12Oid.pbmac1) return { value, compute: readPbmac1(parameters) };
  const hash = digests.get(id);
  if (hash === undefined) {
    throw new CertificateError({ byte, found: `a MAC by ${id}`, expected: 'one by SHA-1 or SHA-2' });
  }
  const salt = fields.content(fields.next(DerTag.octetString, 'the salt of the MAC'));
  const iterations = fields.isAtEnd ? 1 : readIterations(fields);
  return { value, compute: (password, content) => pkcs12Mac(password, { hash, salt, iterations }, content) };
}

const derive = promisify(pbkdf2);
/** As long as any of the hash functions; RFC 9579 §5 demands that the file says it. */
const PBMAC1_KEY_OCTETS_MAX = 64;

function readPbmac1(parameters: DerReader): Mac['compute'] {
  const fields = parameters.into(parameters.next(DerTag.sequence, 'the parameters of PBMAC1'));
  const byte = fields.offset;
  const { hash, salt, iterations, keyOctets } = readPbkdf2(fields);
  const macHash = readHmac(fields);
  if (keyOctets === undefined || keyOctets < 20 || keyOctets > PBMAC1_KEY_OCTETS_MAX) {
    const found = keyOctets === undefined ? 'no length of the key' : `a key of ${keyOctets} bytes`;
    throw new CertificateError({ byte, found, expected: `20 to ${PBMAC1_KEY_OCTETS_MAX} bytes, for PBMAC1` });
  }
  return async (password, content) =>
    createHmac(macHash, await derive(password, salt, iterations, keyOctets, hash))
      .update(content)
      .digest();
}
