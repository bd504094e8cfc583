import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import t from 'tap';
import {
  isDigestOf,
  isSignedBy,
  readSignature,
  SignatureFormError,
  signRequest,
} from '../../../server/admin/signing.ts';
import { newAdministrator, type TestAdministrator } from './fixture.ts';

const instanceId = '0b7b7c1e-8f6e-4b8e-9d43-0a7d2f3a1c55';
const now = new Date('2026-11-22T07:30:00.900Z');
const path = '/admin/client/add';
const body = Buffer.from('{"name":"vc"}');
const nonce = randomBytes(16).toString('base64url');
const spki = ({ publicKeyPem }: TestAdministrator) =>
  createPublicKey(publicKeyPem).export({ format: 'der', type: 'spki' });
const signed = (administrator: TestAdministrator) =>
  signRequest({ path, body, instanceId, now, nonce, ...administrator });

for (const keyType of ['ed25519', 'P-256'] as const) {
  const alice = newAdministrator('alice', keyType);

  t.test(`${keyType}: signs what RFC 9421 §2.5 says is signed, and Content-Digest is RFC 9530's`, async t => {
    const headers = signed(alice);
    const algorithm = keyType === 'ed25519' ? 'ed25519' : 'ecdsa-p256-sha256';
    const parameters = `("@method" "@path" "content-digest");created=1795332600;nonce="${nonce}";keyid="${alice.keyId}";alg="${algorithm}";tag="kmipd-${instanceId}"`;
    // printf %s '{"name":"vc"}' | openssl dgst -sha256 -binary | base64
    const digest = 'sha-256=:57S2h2QkATZcJLxKOj+41Q3a3Hl6Y8sxs0hnzsOcrJo=:';
    t.equal(headers['signature-input'], `sig=${parameters}`);
    t.equal(headers['content-digest'], digest);
    const lines = [
      '"@method": POST',
      '"@path": /admin/client/add',
      `"content-digest": ${headers['content-digest']}`,
      `"@signature-params": ${parameters}`,
    ];
    const signature = Buffer.from(headers['signature']?.slice('sig=:'.length, -1) ?? '', 'base64');
    t.equal(signature.length, 64, 'r and s, or RFC 8032’s');
    const key = { key: createPublicKey(alice.publicKeyPem), dsaEncoding: 'ieee-p1363' } as const;
    t.ok(verify(keyType === 'ed25519' ? null : 'sha256', Buffer.from(lines.join('\n')), key, signature));
  });

  t.test(`${keyType}: a signature is good for its path, body and key only`, async t => {
    const claim = readSignature(signed(alice));
    t.match(claim, { keyId: alice.keyId, instanceId, nonce, created: new Date('2026-11-22T07:30:00Z') });
    t.ok(isSignedBy(claim, path, spki(alice)));
    t.ok(isDigestOf(claim, body));
    t.notOk(isSignedBy(claim, '/admin/client/remove', spki(alice)));
    t.notOk(isDigestOf(claim, Buffer.from('{"name":"vd"}')));
    t.notOk(isSignedBy(claim, path, spki(newAdministrator('alice', keyType))));
    t.notOk(isSignedBy(claim, path, spki(newAdministrator('alice', keyType === 'ed25519' ? 'P-256' : 'ed25519'))));
    t.notOk(isSignedBy({ ...claim, digest: randomBytes(32) }, path, spki(alice)));
    const later = claim.parameters.replace('created=1795332600', 'created=1795332601');
    t.notOk(isSignedBy({ ...claim, parameters: later }, path, spki(alice)));
    for (let index = 0; index < 64; index++) {
      const signature = Buffer.from(claim.signature);
      signature[index]! ^= 1;
      t.notOk(isSignedBy({ ...claim, signature }, path, spki(alice)), `byte ${index} of the signature`);
    }
  });
}

t.test('any other form of the headers is refused, and the refusal says nothing of what stood in them', async t => {
  const good = signed(newAdministrator('alice'));
  const input = good['signature-input'] ?? '';
  const spoilt: [string, Record<string, string | undefined>][] = [
    ['nothing', {}],
    ['no Content-Digest', { ...good, 'content-digest': undefined }],
    ['no Signature', { ...good, signature: undefined }],
    ['no Signature-Input', { ...good, 'signature-input': undefined }],
    ['another label', { ...good, 'signature-input': input.replace('sig=', 'sig1=') }],
    ['two signatures', { ...good, 'signature-input': `${input}, ${input}` }],
    ['fewer components', { ...good, 'signature-input': input.replace(' "content-digest"', '') }],
    ['more components', { ...good, 'signature-input': input.replace('"@path"', '"@path" "@query"') }],
    [
      'components in another order',
      { ...good, 'signature-input': input.replace('"@method" "@path"', '"@path" "@method"') },
    ],
    ['a short nonce', { ...good, 'signature-input': input.replace(nonce, nonce.slice(1)) }],
    ['a nonce of other characters', { ...good, 'signature-input': input.replace(nonce, `${nonce}+`) }],
    ['no nonce', { ...good, 'signature-input': input.replace(/;nonce="[^"]*"/, '') }],
    ['a time before 1970', { ...good, 'signature-input': input.replace('created=', 'created=-') }],
    ['a time with a fraction', { ...good, 'signature-input': input.replace(/created=\d+/, '$&.5') }],
    ['an expiry', { ...good, 'signature-input': `${input};expires=1` }],
    [
      'a key id in upper case',
      { ...good, 'signature-input': input.replace(/keyid="[^"]*"/, `keyid="${'A'.repeat(64)}"`) },
    ],
    ['another algorithm', { ...good, 'signature-input': input.replace('alg="ed25519"', 'alg="hmac-sha256"') }],
    ['no algorithm', { ...good, 'signature-input': input.replace(';alg="ed25519"', '') }],
    ['another tag', { ...good, 'signature-input': input.replace('tag="kmipd-', 'tag="') }],
    ['a digest by SHA-512', { ...good, 'content-digest': good['content-digest']?.replace('256', '512') }],
    ['a short digest', { ...good, 'content-digest': 'sha-256=:AAAA:' }],
    ['a digest that is not as it is written', { ...good, 'content-digest': `sha-256=:${'A'.repeat(42)}B=:` }],
    ['a short signature', { ...good, signature: 'sig=:AAAA:' }],
    ['a signature that is not as it is written', { ...good, signature: `sig=:${'A'.repeat(85)}B==:` }],
  ];
  for (const [title, headers] of spoilt) {
    t.throws(() => readSignature(headers), { name: 'SignatureFormError' }, title);
    try {
      readSignature(headers);
    } catch (error) {
      t.ok(
        error instanceof SignatureFormError &&
          /^header [A-Z][A-Za-z-]+ is missing or not as expected$/.test(error.message),
      );
    }
  }
  t.ok(readSignature(good), 'unspoilt it is read');
});

t.test('other keys, and nonces that are too short, sign nothing', async t => {
  for (const { privateKey } of [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ]) {
    const privateKeyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    t.throws(() => signed({ ...newAdministrator('alice'), privateKeyPem }), TypeError);
  }
  const alice = newAdministrator('alice');
  t.throws(() => signRequest({ path, body, instanceId, now, ...alice, nonce: 'A'.repeat(21) }), TypeError);
  t.throws(() => signRequest({ path, body, now, nonce, ...alice, instanceId: '"x' }), TypeError);
});
