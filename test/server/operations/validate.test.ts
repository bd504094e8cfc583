import t from 'tap';
import {
  CertificateType,
  ObjectType,
  Operation,
  RevocationReasonCode,
  V1_0,
  V1_4,
  V2_0,
  V2_1,
  ValidityIndicator,
  type RequestOf,
} from '../../../kmip-codec/index.ts';
import { authority, keyUsage } from '../../certs/crafted-extensions.ts';
import { craft, type Craft, type Crafted } from '../../certs/crafted.ts';
import { openWorld, template, type World } from './world.ts';

const { Valid, Invalid, Unknown } = ValidityIndicator;
const versions = [V1_0, V1_4, V2_0, V2_1];

const made = (commonName: string, how: Craft = {}): Crafted =>
  craft({
    subject: [['CN', commonName]],
    notBefore: new Date('2029-01-01T00:00:00Z'),
    notAfter: new Date('2031-01-01T00:00:00Z'),
    ...how,
  });
const isAuthority = { extensions: [authority(), keyUsage('keyCertSign')] };
const root = made('root', isAuthority);
const middle = made('middle', { issuer: root, ...isAuthority });
/** For code signing: no TLS client. */
const leaf = made('leaf', { issuer: middle, extensions: [keyUsage('nonRepudiation')] });

const certificate = ({ der }: Crafted, certificateType: number = CertificateType.X_509) =>
  ({ certificateType, certificateValue: der }) as { certificateType: 1; certificateValue: Uint8Array };

async function register(world: World, one: Crafted): Promise<string> {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: ObjectType.Certificate,
    attributes: template(),
    object: certificate(one),
  });
  return uniqueIdentifier;
}

const ask = async (world: World, given: readonly (Crafted | string)[], validityDate?: Date) => {
  const request: RequestOf<typeof Operation.Validate> = {
    certificates: given.flatMap(one => (typeof one === 'string' ? [] : [certificate(one)])),
    uniqueIdentifiers: given.filter(one => typeof one === 'string'),
    validityDate,
  };
  return (await world.run(Operation.Validate, request)).validityIndicator;
};

t.test(
  'a chain is valid that leads to a certificate of the vault that signed itself (2.1 §6.1.57, 1.4 §4.24)',
  async t => {
    for (const version of versions) {
      const world = await openWorld(t);
      world.version = version;
      t.equal(await ask(world, [leaf, middle, root]), Unknown, 'a root that nobody has put here is no anchor');
      const anchor = await register(world, root);
      t.equal(await ask(world, [leaf, middle, root]), Valid);
      t.equal(await ask(world, [middle, root, leaf]), Valid, 'in any order');
      t.equal(await ask(world, [leaf, middle]), Valid, 'the root need not be given');
      t.equal(await ask(world, [leaf, middle, anchor]), Valid, 'both lists are one chain');
      t.equal(await ask(world, [leaf]), Unknown, 'an issuer is missing');
      const between = await register(world, middle);
      t.equal(await ask(world, [leaf]), Valid, 'unless the vault has it');
      t.equal(await ask(world, [await register(world, leaf)]), Valid);
      t.equal(await ask(world, [anchor]), Valid);
      t.equal(await ask(world, [anchor, root]), Valid, 'the same twice is one');

      await world.run(Operation.Activate, { uniqueIdentifier: between });
      t.equal(await ask(world, [leaf]), Valid);
      await world.run(Operation.Revoke, {
        uniqueIdentifier: between,
        revocationReason: { revocationReasonCode: RevocationReasonCode.CACompromise },
        compromiseOccurrenceDate: undefined,
      });
      t.equal(await ask(world, [leaf]), Unknown, 'a revoked one is not taken from the vault');
      t.equal(await ask(world, [leaf, between]), Invalid, 'and not when it is named');
    }
  },
);

t.test('each certificate must be valid at the date, now unless said (2.1 §6.1.57)', async t => {
  const world = await openWorld(t);
  await register(world, root);
  await register(world, middle);
  t.equal(await ask(world, [leaf], new Date('2028-01-01T00:00:00Z')), Invalid);
  t.equal(await ask(world, [leaf], new Date('2030-06-01T00:00:00Z')), Valid);
  t.equal(await ask(world.later(2 * 366 * 86_400), [leaf]), Invalid, 'the clock that counts is passed in');
  t.equal(await ask(world, [root]), Invalid);
});

t.test('what breaks a rule by itself is invalid, with an anchor or without (RFC 5280 §6.1)', async t => {
  const world = await openWorld(t);
  const forged = { ...leaf, der: Buffer.from(leaf.der) };
  forged.der[forged.der.length - 1]! ^= 1;
  const noAuthority = made('no authority', { issuer: root });
  const below = made('below', { issuer: noAuthority });
  const cases = [
    [forged, middle, root],
    [below, noAuthority, root],
  ];
  for (const chain of cases) t.equal(await ask(world, chain), Invalid);
  await register(world, root);
  for (const chain of cases) t.equal(await ask(world, chain), Invalid);
  t.equal(await ask(world, [{ ...leaf, der: Buffer.from('none') }]), Invalid);
  t.equal(await ask(world, [made('self')]), Unknown, 'nobody vouches for what signed itself');
  const namesake = made('root', isAuthority);
  t.equal(await ask(world, [namesake]), Unknown, 'nor because it has the name of an anchor');
});

t.test('of certificates that are not X.509 nothing is known', async t => {
  const world = await openWorld(t);
  const request = { certificates: [certificate(leaf, CertificateType.PGP)] };
  t.equal((await world.run(Operation.Validate, request)).validityIndicator, Unknown);
});

t.test('what is no chain, and what is no certificate of the vault, is refused (1.4 §11.25)', async t => {
  const world = await openWorld(t);
  const key = await world.createKey();
  const archived = await register(world, root);
  await world.run(Operation.Archive, { uniqueIdentifier: archived });
  const destroyed = await register(world, middle);
  await world.run(Operation.Destroy, { uniqueIdentifier: destroyed });
  const outcome = (request: Partial<RequestOf<typeof Operation.Validate>>) =>
    world.outcome(Operation.Validate, { certificates: [], uniqueIdentifiers: [], ...request });
  for (const version of versions) {
    world.version = version;
    const isOld = version < V2_0;
    t.equal(await outcome({}), isOld ? 'Invalid Message' : 'Invalid Field');
    const [a, b] = [certificate(leaf), certificate(made('stranger'))];
    t.equal(await outcome({ certificates: [a, b] }), isOld ? 'Invalid Message' : 'Invalid Field');
    const many = Array.from({ length: 21 }, () => a);
    t.equal(await outcome({ certificates: many }), isOld ? 'Invalid Message' : 'Invalid Field');
    t.equal(await outcome({ uniqueIdentifiers: ['none'] }), isOld ? 'Item Not Found' : 'Object Not Found');
    t.equal(await outcome({ uniqueIdentifiers: [key] }), isOld ? 'Invalid Field' : 'Invalid Object Type');
    t.equal(await outcome({ uniqueIdentifiers: [archived] }), 'Object Archived');
    t.equal(await outcome({ uniqueIdentifiers: [destroyed] }), isOld ? 'Item Not Found' : 'Object Destroyed');
  }
});
