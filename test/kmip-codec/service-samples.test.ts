import t from 'tap';
import {
  CodecError,
  CredentialType,
  Credential,
  decodeItemAs,
  encodeItemAs,
  existsIn,
  HashingAlgorithm,
  Operation,
  payloads,
  showVersion,
  TicketType,
  V1_0,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  V2_0,
  V2_1,
  V3_0,
  type Item,
  type KnownOperation,
} from '../../kmip-codec/index.ts';
import { serviceSamples } from './service-samples.ts';

const versions = [V1_0, V1_1, V1_2, V1_3, V1_4, V2_0, V2_1, V3_0];

for (const [code, sampleOf] of Object.entries(serviceSamples)) {
  const operation = Number(code) as KnownOperation;
  const name = Operation.names.show(operation);
  t.test(`${name}: payloads come back as they were, in each version that has it (2.1 §6.1)`, async t => {
    const pair = payloads[operation] as { request: Item<unknown>; response: Item<unknown> };
    const known = versions.filter(version => Operation.names.isKnownIn(operation, version));
    for (const version of known) {
      for (const way of ['request', 'response'] as const) {
        const layout = pair[way];
        t.ok(existsIn(layout, version), `${way} exists in ${showVersion(version)}`);
        const bytes = encodeItemAs(layout, sampleOf()[way], version);
        const read = decodeItemAs(layout, bytes, version);
        t.same(Buffer.from(encodeItemAs(layout, read, version)), Buffer.from(bytes), `${way} ${showVersion(version)}`);
        for (let length = 0; length < bytes.length; length += 8)
          t.throws(() => decodeItemAs(layout, bytes.subarray(0, length), version), CodecError);
      }
    }
    t.ok(known.length > 0);
  });
}

t.test('credentials of every type, since the version that has it (2.1 §9.11, 1.4 §2.1.2)', async t => {
  const nonce = { nonceID: new Uint8Array([1]), nonceValue: new Uint8Array([2]) };
  const hashed = { timeStamp: 1n, hashingAlgorithm: HashingAlgorithm.SHA_256, hashedPassword: new Uint8Array(32) };
  const credentials = [
    [V1_0, CredentialType.UsernameAndPassword, { username: 'Fred', password: 'secret' }],
    [V1_1, CredentialType.Device, { deviceSerialNumber: '1', password: 'secret', mediaIdentifier: 'm' }],
    [V1_2, CredentialType.Attestation, { nonce, attestationType: 1, attestationAssertion: new Uint8Array([3]) }],
    [V2_0, CredentialType.OneTimePassword, { username: 'Fred', oneTimePassword: 'secret' }],
    [V2_0, CredentialType.HashedPassword, { username: 'Fred', ...hashed }],
    [V2_0, CredentialType.Ticket, { ticket: { ticketType: TicketType.Login, ticketValue: Buffer.from('secret') } }],
  ] as const;
  for (const [since, credentialType, credentialValue] of credentials) {
    const credential = { credentialType, credentialValue } as Credential;
    for (const version of versions) {
      const title = `${CredentialType.names.show(credentialType)} in ${showVersion(version)}`;
      if (version < since) t.throws(() => encodeItemAs(Credential, credential, version), CodecError, title);
      else t.match(decodeItemAs(Credential, encodeItemAs(Credential, credential, version), version), credential, title);
    }
    const described = JSON.stringify(Credential.describe(credential));
    t.notMatch(described, /secret|ticketValue|hashedPassword/, 'and no event shows what is secret in it');
  }
});
