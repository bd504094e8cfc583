import { CertificateError } from './certificate-error.ts';
import { definiteBer } from './definite-ber.ts';
import { type DerElement, DerReader, DerTag, dottedOid } from './der.ts';
import { readEncryptedPrivateKey } from './encrypted-private-key.ts';
import { decryptWith, type Encryption, ITERATIONS_MAX, readEncryption } from './encryption.ts';
import { pkcs12Oid } from './pkcs12-oids.ts';

/** Of bags within bags. Nobody writes any. */
const DEPTH_MAX = 4;

/** What is in a PKCS#12 file, whose MAC has been found right, so that the password is. */
export class Pkcs12Contents {
  /** PKCS#8, DER. */
  readonly keys: Uint8Array[] = [];
  /** DER. */
  readonly certificates: Uint8Array[] = [];
  readonly #password: string;
  #iterationsLeft = ITERATIONS_MAX;

  constructor(password: string) {
    this.#password = password;
  }

  /** Reads an AuthenticatedSafe (RFC 7292 §4.1): what these bytes of the file hold. Throws CertificateError. */
  async readSafe(file: Uint8Array, { content: start, end }: DerElement): Promise<void> {
    const list = listIn(file, 'the safe of the PKCS#12 file', start, end);
    while (!list.isAtEnd) {
      const info = list.into(list.next(DerTag.sequence, 'a content of the safe'));
      const type = info.next(DerTag.objectIdentifier, 'the type of a content');
      const id = dottedOid(info.content(type));
      const value = info.into(info.next(DerTag.context(0), 'a content of the safe'));
      if (id === pkcs12Oid.data) await this.#readBags(value.content(value.next(DerTag.octetString, 'the bags')), 0);
      else if (id === pkcs12Oid.encryptedData) await this.#readBags(await this.#decryptContent(value), 0);
      else {
        const found = id === pkcs12Oid.envelopedData ? 'a content encrypted for another certificate' : `content ${id}`;
        throw new CertificateError({ byte: type.start, found, expected: 'content under a password' });
      }
    }
  }

  /** EncryptedData (RFC 5652 §8). */
  #decryptContent(value: DerReader): Promise<Uint8Array> {
    const data = value.into(value.next(DerTag.sequence, 'encrypted data'));
    data.next(DerTag.integer, 'the version');
    const content = data.into(data.next(DerTag.sequence, 'encrypted content'));
    content.next(DerTag.objectIdentifier, 'the type of the content');
    const encryption = readEncryption(content);
    // IMPLICIT: the tag hides that of an OCTET STRING, which in BER may come in pieces.
    if (content.nextTag !== DerTag.context(0)) {
      const whole = content.next(DerTag.contextPrimitive(0), 'the encrypted content');
      return this.#decrypt(encryption, content.content(whole));
    }
    const list = content.into(content.any('the encrypted content'));
    const pieces: Uint8Array[] = [];
    while (!list.isAtEnd) pieces.push(list.content(list.next(DerTag.octetString, 'a piece of the encrypted content')));
    return this.#decrypt(encryption, Buffer.concat(pieces));
  }

  /** SafeContents (RFC 7292 §4.2). Revocation lists and secrets are passed over. */
  async #readBags(ber: Uint8Array, depth: number): Promise<void> {
    const list = listIn(ber, 'the bags');
    while (!list.isAtEnd) {
      const bag = list.into(list.next(DerTag.sequence, 'a bag'));
      const type = bag.next(DerTag.objectIdentifier, 'the type of a bag');
      const value = bag.into(bag.next(DerTag.context(0), 'the content of a bag'));
      const whole = value.whole(value.any('the content of a bag'));
      switch (dottedOid(bag.content(type))) {
        case pkcs12Oid.keyBag:
          this.keys.push(whole);
          break;
        case pkcs12Oid.encryptedKeyBag: {
          const { encryption, data } = readEncryptedPrivateKey(whole);
          this.keys.push(await this.#decrypt(encryption, data));
          break;
        }
        case pkcs12Oid.certificateBag:
          this.#readCertificate(whole);
          break;
        case pkcs12Oid.safeContentsBag:
          if (depth >= DEPTH_MAX) {
            throw new CertificateError({ byte: type.start, found: 'bags too deep', expected: `${DEPTH_MAX} levels` });
          }
          await this.#readBags(whole, depth + 1);
      }
    }
  }

  #readCertificate(bag: Uint8Array): void {
    const outer = new DerReader(bag);
    const fields = outer.into(outer.next(DerTag.sequence, 'a certificate bag'));
    const type = dottedOid(fields.content(fields.next(DerTag.objectIdentifier, 'the type of a certificate')));
    if (type !== pkcs12Oid.x509Certificate) return; // the other one is of SDSI
    const value = fields.into(fields.next(DerTag.context(0), 'a certificate'));
    this.certificates.push(Uint8Array.from(value.content(value.next(DerTag.octetString, 'a certificate'))));
  }

  async #decrypt(encryption: Encryption, data: Uint8Array): Promise<Uint8Array> {
    this.#iterationsLeft -= encryption.iterations;
    if (this.#iterationsLeft < 0) {
      const found = `more than ${ITERATIONS_MAX} iterations in the PKCS#12 file`;
      throw new CertificateError({ found, expected: `at most ${ITERATIONS_MAX}` });
    }
    try {
      return await decryptWith(encryption, data, this.#password);
    } catch (cause) {
      throw new CertificateError(
        {
          found: 'a content that the password of the file does not open',
          expected: 'one password for all of the file',
        },
        { cause },
      );
    }
  }
}

/** A reader of what a SEQUENCE holds, which is all of the input between the two bytes; bytes count from there only where it is not in DER. */
function listIn(ber: Uint8Array, what: string, start = 0, end = ber.length): DerReader {
  const whole = ber.subarray(start, end);
  const definite = definiteBer(whole, what);
  const isDer = definite.byteOffset === whole.byteOffset && definite.buffer === whole.buffer;
  const outer = isDer ? new DerReader(ber, start, end) : new DerReader(definite);
  const list = outer.into(outer.next(DerTag.sequence, what));
  outer.finish(what);
  return list;
}
