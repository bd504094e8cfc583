import t from 'tap';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPem } from '../../certs/index.ts';
import { now } from './crafted.ts';
import { type Chain, pathCases } from './path-cases/index.ts';

// With revocation lists openssl refuses every certificate whose issuer has none, so those cases cannot be compared.
const compared = [...pathCases].filter(([subject]) => !subject.startsWith('revocation'));

/** Cases in which openssl 3.0 is of another opinion, and why. Where it accepts, we are the stricter. */
const differences: Readonly<Record<string, string>> = {
  'several authorities of one name, the right one last, no key identifiers': 'refuses; it tries one of a name',
  'cross-signed by another root': 'refuses; it tries one of a name',
  'fourteen certificates': 'accepts; its limit is 100',
  'signed by Ed448': 'accepts; it knows Ed448',
  'a certificate for ECDSA P-224': 'accepts; its limits for keys are those of its security level',
  'a certificate for ECDSA secp256k1': 'accepts; its limits for keys are those of its security level',
  'a certificate for Ed448': 'accepts; its limits for keys are those of its security level',
  'a root of ECDSA P-224': 'accepts; its limits for keys are those of its security level',
  'a certificate for RSA with an exponent of 49 bits': 'accepts; it takes any exponent',
  'leaf in its last second': 'refuses; its validity ends before that second (RFC 5280 §4.1.2.5: both included)',
  'intermediate in its last second': 'refuses; as above',
  'root in its last second': 'refuses; as above',
  'path length 0, one below that issued itself (RFC 5280 §6.1.4)': 'refuses; it tries one of a name',
  'an authority that issued itself, outside of what is permitted (RFC 5280 §6.1.3)': 'refuses; it tries one of a name',
  'extended key usage any': 'refuses; it asks for clientAuth itself',
  'critical policy constraints, which are not judged here': 'accepts; it judges them when asked to',
  'extensions in version 1': 'accepts; it asks in its strict mode only',
  'extensions in version 2': 'accepts; it asks in its strict mode only',
  'version 4': 'accepts; it asks in its strict mode only',
  'a serial number of 21 octets': 'accepts; it takes any',
  'an authority without a name': 'accepts; it asks in its strict mode only',
  'URI:https://user@a.example:8443/path where URI:a.example is permitted':
    'refuses; it takes the user for a part of the host',
  'URI:https://user@a.example:8443/path where URI:a.example is excluded':
    'accepts; it takes the user for a part of the host',
  '"IP:192.0.2.77" where IP:192.0.2.0/255.0.255.0 is permitted cannot be judged': 'accepts; it takes any mask',
  '"DNS:x.a.example" where DNS:*.a.example is excluded cannot be judged': 'accepts; it compares ends of names',
  '"DNS:x..a.example" where DNS:a.example is permitted cannot be judged': 'accepts; it compares ends of names',
  '"DNS:x\\u0000.a.example" where DNS:a.example is permitted cannot be judged': 'accepts; it compares ends of names',
  '"URI:https://[2001:db8::1]/" where URI:a.example is excluded cannot be judged': 'accepts; it is another host',
  'a wildcard that could stand for what is excluded': 'accepts; it compares ends of names',
  'constraints without a name': 'accepts; they constrain nothing',
  'constraints with a minimum': 'accepts; there is no name of that kind',
  'more names than can be compared': 'accepts; its limit is higher',
};

for (const [subject, cases] of compared) {
  t.test(`openssl verify judges the same: ${subject}`, async t => {
    const folder = t.testdir();
    for (const { name, chain, breaks } of cases) {
      const { isAccepted, text } = verifiedByOpenssl(folder, chain);
      const difference = differences[name];
      if (difference) t.comment(`${name}: openssl ${isAccepted ? 'accepts' : 'refuses'} (${difference})`);
      else t.equal(isAccepted, breaks === undefined, `${name}: ${text}`);
    }
  });
}

t.test('explains no difference that is in no case', async t => {
  const names = new Set(compared.flatMap(([, cases]) => cases.map(({ name }) => name)));
  t.same(
    Object.keys(differences).filter(name => !names.has(name)),
    [],
  );
});

function verifiedByOpenssl(
  folder: string,
  { certificate, issuers = [], root }: Chain,
): { isAccepted: boolean; text: string } {
  const file = (name: string, ders: readonly Uint8Array[]) => {
    const path = join(folder, name);
    writeFileSync(path, ders.map(der => toPem('CERTIFICATE', der)).join(''));
    return path;
  };
  // It reads no junk.
  const readable = issuers.map(({ der }) => der).filter(der => der.length > 100);
  const given = readable.length > 0 ? ['-untrusted', file('issuers.pem', readable)] : [];
  const how = ['-purpose', 'sslclient', '-partial_chain', '-auth_level', '2', '-attime', String(now.getTime() / 1000)];
  const files = ['-CAfile', file('root.pem', [root.der]), ...given, file('certificate.pem', [certificate.der])];
  const { status, stderr } = spawnSync('openssl', ['verify', ...how, ...files], { encoding: 'utf8' });
  return { isAccepted: status === 0, text: stderr.replaceAll(folder, '') };
}
