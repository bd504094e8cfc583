import t from 'tap';
import {
  CodecError,
  encodeItemAs,
  ObjectType,
  Operation,
  ObjectGroup,
  ProfileName,
  ProtectionStorageMask,
  QueryFunction,
  QueryResponse,
  Sensitive,
  showVersion,
  supportedVersions,
  V1_0,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  V2_0,
  V2_1,
  type AttributeSet,
  type GivenAttribute,
  type TemplateAttributes,
  type Version,
} from '../../../kmip-codec/index.ts';
import { operations } from '../../../server/operations/index.ts';
import { profilesMet } from '../../../server/operations/profiles-met.ts';
import { openWorld } from './world.ts';

const functions = Object.values(QueryFunction.names.table.values).filter(([, , since]) => since <= V2_1);
const versions = [...new Set([...supportedVersions, V2_0, V2_1])];

t.test('names the operations that the server has and the version knows (1.4 §4.25)', async t => {
  const world = await openWorld(t);
  for (const version of versions) {
    world.version = version;
    const answer = await world.run(Operation.Query, { queryFunctions: [QueryFunction.QueryOperations] });
    const expected = [...operations.keys()].filter(code => Operation.names.isKnownIn(code, version));
    t.same(answer.operations, expected, showVersion(version));
    t.same(answer.objectTypes, []);
    t.equal(answer.vendorIdentification, undefined);
  }
});

t.test('answers several functions at once, one given twice once (1.4 §4.25)', async t => {
  const world = await openWorld(t);
  const answer = await world.run(Operation.Query, {
    queryFunctions: [QueryFunction.QueryServerInformation, QueryFunction.QueryObjects, QueryFunction.QueryObjects],
  });
  const { CertificateRequest, User } = ObjectType;
  t.same(
    [...answer.objectTypes!].sort((a, b) => a - b),
    Object.values(ObjectType.names.table.values)
      .map(([value]) => value)
      .filter(value => value < CertificateRequest && value < User),
  );
  t.equal(answer.vendorIdentification, 'kmipd');
  t.same(answer.serverInformation, []);
});

t.test(
  'has an answer for every function of the version, and refuses those of later ones (1.4 §9.1.3.2.24)',
  async t => {
    const world = await openWorld(t);
    t.equal(functions.length, 14);
    for (const version of versions) {
      world.version = version;
      for (const [code, name, since] of functions) {
        const asked = world.run(Operation.Query, { queryFunctions: [code as 1] });
        if (since <= version) await t.resolves(asked, `${name} in ${showVersion(version)}`);
        else await t.rejects(asked, CodecError, `${name} in ${showVersion(version)}`);
      }
    }
  },
);

t.test('leaves the payload empty where there is nothing to tell (1.4 §4.25)', async t => {
  const world = await openWorld(t);
  for (const code of [
    QueryFunction.QueryApplicationNamespaces,
    QueryFunction.QueryExtensionList,
    QueryFunction.QueryExtensionMap,
    QueryFunction.QueryAttestationTypes,
    QueryFunction.QueryValidations,
    0x80000001 as 1, // a vendor's function
  ]) {
    const answer = await world.run(Operation.Query, { queryFunctions: [code] });
    t.equal(encodeItemAs(QueryResponse, answer, V1_4).length, 8, QueryFunction.names.show(code));
  }
});

t.test('tells what the server can do and what it cannot (1.4 §2.1.21)', async t => {
  const world = await openWorld(t);
  const capabilities = async () => {
    const { capabilityInformation } = await world.run(Operation.Query, {
      queryFunctions: [QueryFunction.QueryCapabilities],
    });
    return capabilityInformation?.[0];
  };
  t.match(await capabilities(), {
    streamingCapability: true,
    asynchronousCapability: true,
    attestationCapability: false,
    batchUndoCapability: true,
    batchContinueCapability: true,
  });
  world.version = V1_3;
  t.equal((await capabilities())?.batchUndoCapability, undefined, 'since 1.4');
  const { rngParameters } = await world.run(Operation.Query, { queryFunctions: [QueryFunction.QueryRNGs] });
  t.equal(rngParameters?.length, 1);
});

t.test(
  'names the profiles that were found to be met, in the words of the version (1.4 §2.1.19, 2.1 §7.31)',
  async t => {
    const world = await openWorld(t);
    const profiles = async (version: Version) => {
      world.version = version;
      const queryFunctions = [QueryFunction.QueryProfiles];
      const { profileInformation = [] } = await world.run(Operation.Query, { queryFunctions });
      return profileInformation.map(({ profileName, profileVersion }) => [
        ProfileName.names.show(profileName),
        profileVersion,
      ]);
    };
    const in14 = await profiles(V1_4);
    t.ok(in14.some(([name]) => name === 'Baseline Server TLS v1.2 KMIP v1.4'));
    for (const [name, version] of in14) {
      t.match(name, / Server.* KMIP v1\.4$/);
      t.equal(version, undefined, 'since 2.0');
    }
    const in21 = await profiles(V2_1);
    t.equal(in21.length, profilesMet.get('2.1')?.length, 'every name is one of the version');
    t.same(in21[0], ['Baseline Server', { profileVersionMajor: 2, profileVersionMinor: 1 }]);
    t.same([await profiles(V1_3), await profiles(V2_0)], [[], []], 'no profile of another version');
    world.server = { ...world.server, isHttps: false };
    const without = (await profiles(V2_1)).map(([name]) => name);
    t.same(
      in21.map(([name]) => name).filter(name => !without.includes(name)),
      ['HTTPS Server', 'XML Server', 'JSON Server'].filter(name => profilesMet.get('2.1')?.includes(name)),
      'HTTPS may be turned off',
    );
  },
);

t.test('tells what new objects get when a client says nothing, and where they are kept (2.1 §7.11, §7.33)', async t => {
  const world = await openWorld(t);
  for (const version of [V2_0, V2_1]) {
    world.version = version;
    const { defaultsInformation, protectionStorageMasks, objectTypes } = await world.run(Operation.Query, {
      queryFunctions: [
        QueryFunction.QueryObjects,
        QueryFunction.QueryDefaultsInformation,
        QueryFunction.QueryStorageProtectionMasks,
      ],
    });
    const defaults = defaultsInformation?.objectDefaults ?? [];
    t.same(
      defaults.map(({ objectType }) => objectType),
      objectTypes,
      'of every type that this version has',
    );
    const symmetric = defaults.find(({ objectType }) => objectType === ObjectType.SymmetricKey);
    const told = given(symmetric!.attributes);
    t.same(told.map(({ attribute, value }) => [attribute.attributeName, value]).sort(), [
      ['Extractable', true],
      ['Fresh', true],
      ['Protection Storage Mask', ProtectionStorageMask.Software],
      ['Sensitive', false],
    ]);
    t.same(protectionStorageMasks?.protectionStorageMasks, [ProtectionStorageMask.Software]);
    const key = await world.createKey();
    for (const { attribute, value } of told)
      t.same(await world.valueOf(key, attribute), value, attribute.attributeName);
  }
  const sensitive = await world.createKey([Sensitive, true]);
  t.equal(await world.valueOf(sensitive, Sensitive), true, 'which a client may say otherwise');
});

t.test('an Object Group that nothing is in is unknown (2.1 §6.1.40)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  await world.createKey([ObjectGroup, 'drives']);
  const queryFunctions = [QueryFunction.QueryObjects];
  const ask = (...objectGroups: string[]) =>
    world.outcome(Operation.Query, { queryFunctions, objectGroups: { objectGroups } });
  t.equal(await ask('drives'), 'Success');
  t.equal(await ask('drives', 'tapes'), 'Unknown Object Group');
});

const given = (attributes: AttributeSet | TemplateAttributes): readonly GivenAttribute[] =>
  'given' in attributes ? attributes.given : [...attributes];

t.test('a request without Query Function is an Invalid Message (1.4 §4.25)', async t => {
  const world = await openWorld(t);
  for (const version of [V1_0, V1_1, V1_2, V1_4]) {
    world.version = version;
    t.equal(await world.outcome(Operation.Query, { queryFunctions: [] }), 'Invalid Message');
  }
});
