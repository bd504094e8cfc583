import { createPublicKey, verify, type webcrypto } from 'node:crypto';
import { createRequire } from 'node:module';
import { type BitString, Null, type OctetString } from 'asn1js';
import { AlgorithmIdentifier, CryptoEngine, type PublicKeyInfo, setEngine } from 'pkijs';

// The package's import entry is an ES module without saying so in its package.json, which Node.js detects but loaders such
// as the one of the tests do not. Its require entry is what it says.
const require = createRequire(import.meta.url);
const { Crypto } = require('@peculiar/webcrypto') as typeof import('@peculiar/webcrypto');

const ED25519 = '1.3.101.112';

/** pkijs on @peculiar/webcrypto, with Ed25519 (RFC 8410), which pkijs itself does not know. */
class Engine extends CryptoEngine {
  override async getSignatureParameters(privateKey: webcrypto.CryptoKey, hashAlgorithm?: string) {
    if (privateKey.algorithm.name !== 'Ed25519') {
      const signing = await super.getSignatureParameters(privateKey, hashAlgorithm);
      // RFC 4055 §5: the parameters of an RSA signature are NULL. pkijs leaves them out, and strict clients refuse that.
      if (privateKey.algorithm.name === 'RSASSA-PKCS1-v1_5') signing.signatureAlgorithm.algorithmParams = new Null();
      return signing;
    }
    return {
      signatureAlgorithm: new AlgorithmIdentifier({ algorithmId: ED25519 }),
      parameters: { algorithm: { name: 'Ed25519' }, usages: ['sign' as const] },
    };
  }

  override async verifyWithPublicKey(
    data: ArrayBuffer | ArrayBufferView,
    signature: BitString | OctetString,
    publicKeyInfo: PublicKeyInfo,
    signatureAlgorithm: AlgorithmIdentifier,
    shaAlgorithm?: string,
  ): Promise<boolean> {
    if (signatureAlgorithm.algorithmId !== ED25519) {
      return super.verifyWithPublicKey(data, signature, publicKeyInfo, signatureAlgorithm, shaAlgorithm);
    }
    const spki = Buffer.from(publicKeyInfo.toSchema().toBER());
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signed = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    return key.asymmetricKeyType === 'ed25519' && verify(null, signed, key, signature.valueBlock.valueHexView);
  }
}

/** The engine that every call into pkijs gets. */
export const engine = new Engine({ name: 'kmipd', crypto: new Crypto() });

// pkijs falls back on a process-wide engine in a few inner places that take none.
setEngine('kmipd', engine);
