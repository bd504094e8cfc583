import { type DerElement, type DerReader, DerTag, dottedOid } from './der.ts';

/** How something is signed (RFC 5280 §4.1.1.2). */
export interface SignatureAlgorithm {
  /** `RSA SHA-256`, `RSA-PSS SHA-256`, `ECDSA SHA-384`, `Ed25519`; dotted where we do not know it. */
  name: string;
  family: 'RSA' | 'RSA-PSS' | 'ECDSA' | 'Ed25519' | 'other';
  /** As node:crypto calls it; undefined where the algorithm has its own, or where we do not know it. */
  hash: string | undefined;
  /** Octets of salt, of RSA-PSS. */
  saltLength?: number;
  /** Collisions can be made: SHA-1, MD5, MD2. */
  isWeak: boolean;
}

const HASHES = new Map([
  ['1.3.14.3.2.26', 'SHA-1'],
  ['2.16.840.1.101.3.4.2.4', 'SHA-224'],
  ['2.16.840.1.101.3.4.2.1', 'SHA-256'],
  ['2.16.840.1.101.3.4.2.2', 'SHA-384'],
  ['2.16.840.1.101.3.4.2.3', 'SHA-512'],
]);

const WEAK_HASHES: readonly (string | undefined)[] = ['MD2', 'MD5', 'SHA-1'];

const RSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';

const ALGORITHMS: ReadonlyMap<string, SignatureAlgorithm> = new Map(
  (
    [
      ['1.2.840.113549.1.1.2', 'RSA', 'MD2'],
      ['1.2.840.113549.1.1.4', 'RSA', 'MD5'],
      ['1.2.840.113549.1.1.5', 'RSA', 'SHA-1'],
      ['1.3.14.3.2.29', 'RSA', 'SHA-1'],
      ['1.2.840.113549.1.1.14', 'RSA', 'SHA-224'],
      ['1.2.840.113549.1.1.11', 'RSA', 'SHA-256'],
      ['1.2.840.113549.1.1.12', 'RSA', 'SHA-384'],
      ['1.2.840.113549.1.1.13', 'RSA', 'SHA-512'],
      ['1.2.840.10045.4.1', 'ECDSA', 'SHA-1'],
      ['1.2.840.10045.4.3.1', 'ECDSA', 'SHA-224'],
      ['1.2.840.10045.4.3.2', 'ECDSA', 'SHA-256'],
      ['1.2.840.10045.4.3.3', 'ECDSA', 'SHA-384'],
      ['1.2.840.10045.4.3.4', 'ECDSA', 'SHA-512'],
      ['1.3.101.112', 'Ed25519', undefined],
    ] as const
  ).map(([oid, family, hash]) => [oid, named(family, hash)] as const),
);

/** Reads the AlgorithmIdentifier in `element`. One that we do not know has its dotted name and the family `other`. */
export function readSignatureAlgorithm(reader: DerReader, element: DerElement): SignatureAlgorithm {
  const fields = reader.into(element);
  const oid = dottedOid(fields.content(fields.next(DerTag.objectIdentifier, 'the name of the signature algorithm')));
  return (oid === RSA_PSS ? readPss(fields) : ALGORITHMS.get(oid)) ?? unknown(oid);
}

/** RFC 4055 §3.1. Undefined for what nobody uses: unlike hashes for content and mask, another mask generator or trailer. */
function readPss(fields: DerReader): SignatureAlgorithm | undefined {
  const found = { hash: 'SHA-1' as string | undefined, mask: 'SHA-1' as string | undefined, saltLength: 20 };
  if (fields.isAtEnd) return undefined;
  const parameters = fields.into(fields.next(DerTag.sequence, 'the parameters of RSA-PSS'));
  while (!parameters.isAtEnd) {
    const field = parameters.any('a parameter of RSA-PSS');
    const value = parameters.into(field);
    if (field.tag === DerTag.context(0)) {
      found.hash = HASHES.get(readOid(value.into(value.next(DerTag.sequence, 'the hash of RSA-PSS'))));
    } else if (field.tag === DerTag.context(1)) {
      const mask = value.into(value.next(DerTag.sequence, 'the mask generator of RSA-PSS'));
      if (readOid(mask) !== MGF1) return undefined;
      found.mask = HASHES.get(readOid(mask.into(mask.next(DerTag.sequence, "the mask generator's hash"))));
    } else if (field.tag === DerTag.context(2)) {
      const octets = value.content(value.next(DerTag.integer, 'the salt length of RSA-PSS'));
      if (octets.length !== 1 && !(octets.length === 2 && octets[0]! < 0x80)) return undefined;
      found.saltLength = Number(`0x${Buffer.from(octets).toString('hex')}`);
    } else {
      return undefined;
    }
  }
  if (found.hash === undefined || found.hash !== found.mask) return undefined;
  return { ...named('RSA-PSS', found.hash), saltLength: found.saltLength };
}

const readOid = (reader: DerReader) =>
  dottedOid(reader.content(reader.next(DerTag.objectIdentifier, 'a parameter of RSA-PSS')));

function named(family: SignatureAlgorithm['family'], hash: string | undefined): SignatureAlgorithm {
  return {
    name: hash === undefined ? family : `${family} ${hash}`,
    family,
    hash: hash?.replace('SHA-', 'sha').toLowerCase(),
    isWeak: WEAK_HASHES.includes(hash),
  };
}

const unknown = (name: string): SignatureAlgorithm => ({ name, family: 'other', hash: undefined, isWeak: false });
