import {
  ActivationDate,
  AdjustmentType,
  ApplicationSpecificInformation,
  BlockCipherMode,
  CertificateRequestType,
  CertificateType,
  ContactInformation,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParameters,
  CryptographicUsageMask,
  DerivationMethod,
  DigitalSignatureAlgorithm,
  EncodingOption,
  EndpointRole,
  Extractable,
  HashingAlgorithm,
  InitialDate,
  InteropFunction,
  ItemType,
  KeyCompressionType,
  KeyFormatType,
  KeyValueLocation,
  KeyWrapType,
  Name,
  NameType,
  PaddingMethod,
  ObjectGroup,
  ObjectType,
  Operation,
  PKCS11Function,
  ProtectionStorageMask,
  QueryFunction,
  RevocationReasonCode,
  Sensitive,
  SplitKeyMethod,
  State,
  Tag,
  TemplateAttributes,
  TicketType,
  V1_0,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  V2_0,
  V2_1,
  WrappingMethod,
  type KnownOperation,
  type ManagedObjectValue,
  type RequestOf,
  type SplitKey as SplitKeyValue,
  type Version,
} from '../../../../kmip-codec/index.ts';
import { aesBlock, certificateRequestDer, requestDer } from '../object-samples.ts';
import { aes256, template, type AttributeRow, type World } from '../world.ts';
import { lead, limited, makeObject, splitKey, withPublicKey, type StateName, type Wanted } from './objects.ts';
import type { Outcome } from './trials.ts';

/** One way in which a client is told a Result Reason. */
export interface Way {
  /** The versions in which it can be gone; all of the operation's unless said. */
  readonly since?: Version;
  readonly until?: Version;
  readonly go: (world: World) => Promise<string>;
}
type Ways = Readonly<Record<Outcome, Way | Way['go']>>;

const { SymmetricKey, SplitKey, Template, PublicKey, PrivateKey, Certificate, SecretData } = ObjectType;

/** A key in this state, of which an operation is asked. */
const about =
  <O extends KnownOperation>(
    operation: O,
    request: (uniqueIdentifier: string, world: World) => RequestOf<O> | Promise<RequestOf<O>>,
    { rows = [], state = 'Pre-Active' }: { rows?: readonly AttributeRow[]; state?: StateName } = {},
  ): Way['go'] =>
  async world => {
    const uniqueIdentifier = await makeObject(world, { objectType: SymmetricKey, rows });
    await lead(world, uniqueIdentifier, state);
    return world.outcome(operation, await request(uniqueIdentifier, world));
  };
const asked =
  <O extends KnownOperation>(operation: O, request: RequestOf<O>): Way['go'] =>
  world =>
    world.outcome(operation, request);

const name = (nameValue: string): AttributeRow => [Name, { nameValue, nameType: NameType.UninterpretedTextString }];
const groups = Array.from({ length: 11 }, (_, i): AttributeRow => [ObjectGroup, `group ${i}`]);
const noData: AttributeRow = [ApplicationSpecificInformation, { applicationNamespace: 'ours' }];
const before2 = { until: V1_4 };

/** A template of 1.x, registered under this name. */
async function registerTemplate(world: World, nameValue: string): Promise<string> {
  const { uniqueIdentifier } = await world.run(Operation.Register, {
    objectType: Template,
    attributes: template(name(nameValue)),
    object: { attributes: [] },
  });
  return uniqueIdentifier;
}
const withTemplate = (nameValue: string, rows: readonly AttributeRow[]) =>
  new TemplateAttributes(template(...rows).given, [{ nameValue, nameType: NameType.UninterpretedTextString }]);

/** How whoever makes an object is refused for its attributes: `make` asks for an object with the rows and attributes more. */
function ofNewObject(
  make: (world: World, attributes: TemplateAttributes) => Promise<string>,
  least: readonly AttributeRow[] = aes256,
): Ways {
  const given =
    (...rows: readonly AttributeRow[]): Way['go'] =>
    world =>
      make(world, template(...least.filter(([one]) => !rows.some(([other]) => other === one)), ...rows));
  let count = 0;
  return {
    'Invalid Attribute Value': given(name('')),
    'Non Unique Name Attribute': async world => {
      const taken = `taken ${count++}`;
      await world.createKey(name(taken));
      return given(name(taken))(world);
    },
    'Attribute Single Valued | Invalid Field': given([ContactInformation, 'a'], [ContactInformation, 'b']),
    'Attribute Read Only | Invalid Field': given([InitialDate, new Date(0)]),
    'Invalid Attribute': given([CertificateType, CertificateType.X_509]),
    'Server Limit Exceeded': given(...groups),
    'Application Namespace Not Supported': given(noData),
    'Item Not Found': { ...before2, go: world => make(world, withTemplate('no such template', least)) },
    'Object Archived': {
      ...before2,
      go: async world => {
        const nameValue = `template ${count++}`;
        const uniqueIdentifier = await registerTemplate(world, nameValue);
        await world.run(Operation.Archive, { uniqueIdentifier });
        return make(world, withTemplate(nameValue, least));
      },
    },
  };
}
const without = (ways: Ways, ...outcomes: readonly Outcome[]): Ways =>
  Object.fromEntries(Object.entries(ways).filter(([outcome]) => !outcomes.includes(outcome)));

const unmetStorage = { protectionStorageMasks: [ProtectionStorageMask.Hardware] };
const create = (world: World, attributes: TemplateAttributes, more = {}) =>
  world.outcome(Operation.Create, { objectType: SymmetricKey, attributes, ...more });
const aes128: readonly AttributeRow[] = [[CryptographicUsageMask, CryptographicUsageMask.Encrypt]];
const register = (world: World, attributes: TemplateAttributes, more = {}) =>
  world.outcome(Operation.Register, {
    objectType: SymmetricKey,
    attributes,
    object: { keyBlock: aesBlock },
    ...more,
  });
const rsa: readonly AttributeRow[] = [
  [CryptographicAlgorithm, CryptographicAlgorithm.ECDSA],
  [CryptographicLength, 256],
  [CryptographicUsageMask, CryptographicUsageMask.Sign],
];
const createPair = (world: World, commonAttributes: TemplateAttributes, more = {}) =>
  world.outcome(Operation.CreateKeyPair, { commonAttributes, ...more });
const split = (attributes: TemplateAttributes, more: object = {}) => ({
  objectType: SplitKey,
  splitKeyParts: 2,
  splitKeyThreshold: 2,
  splitKeyMethod: SplitKeyMethod.XOR,
  attributes,
  ...more,
});
const join = async (world: World, attributes: TemplateAttributes, more = {}) =>
  world.outcome(Operation.JoinSplitKey, {
    objectType: SymmetricKey,
    uniqueIdentifiers: [
      await makeObject(world, { objectType: SplitKey, value: splitKey(1) }),
      await makeObject(world, { objectType: SplitKey, value: splitKey(2) }),
    ],
    attributes,
    ...more,
  });
let imported = 0;
const importing = (world: World, attributes: TemplateAttributes, more = {}) =>
  world.outcome(Operation.Import, {
    uniqueIdentifier: `imported ${imported++}`,
    objectType: SymmetricKey,
    attributes: attributes.given,
    object: { keyBlock: aesBlock },
    ...more,
  });

/** Certify of a Public Key or Re-certify of a Certificate, with a request that is right but for what is said. */
const certifying =
  (operation: typeof Operation.Certify | typeof Operation.ReCertify, more: object): Way['go'] =>
  async world => {
    const isNew = operation === Operation.Certify;
    const uniqueIdentifier = await makeObject(world, { objectType: isNew ? PublicKey : Certificate });
    return world.outcome(operation, {
      uniqueIdentifier,
      certificateRequestType: CertificateRequestType.PKCS_10,
      certificateRequestValue: isNew ? requestDer : certificateRequestDer,
      attributes: verifies,
      ...more,
    });
  };
const verifies = template([CryptographicUsageMask, CryptographicUsageMask.Verify]);
const waysToCertify = (operation: typeof Operation.Certify | typeof Operation.ReCertify): Ways => ({
  'Invalid CSR | Invalid Field': certifying(operation, { certificateRequestValue: Buffer.alloc(8) }),
  'Invalid Field': certifying(operation, { certificateRequestType: undefined }),
  'Feature Not Supported': certifying(operation, { certificateRequestType: CertificateRequestType.CRMF }),
  'Application Namespace Not Supported': certifying(operation, { attributes: template(noData) }),
  'Protection Storage Unavailable': {
    since: V2_0,
    go: certifying(operation, { protectionStorageMasks: unmetStorage }),
  },
});

const keyWrap = { blockCipherMode: BlockCipherMode.NISTKeyWrap };
const wraps: AttributeRow = [CryptographicParameters, keyWrap];
const wrapping = (uniqueIdentifier: string, more = {}, parameters: object = keyWrap) => ({
  keyWrappingSpecification: {
    wrappingMethod: WrappingMethod.Encrypt,
    encryptionKeyInformation: { uniqueIdentifier, cryptographicParameters: parameters },
    ...more,
  },
});
/** Get or Export of a key, wrapped by another one that is in this state and has these attributes. */
const wrappedBy = (
  operation: typeof Operation.Get,
  state: StateName,
  { rows = [wraps], parameters, more }: { rows?: readonly AttributeRow[]; parameters?: object; more?: object } = {},
): Way['go'] =>
  about(operation, async (uniqueIdentifier, world) => {
    const wrappingKey = await makeObject(world, { objectType: SymmetricKey, rows });
    await lead(world, wrappingKey, state);
    return { uniqueIdentifier, ...wrapping(wrappingKey, more, parameters) };
  });
const asGotten = (operation: typeof Operation.Get): Ways => ({
  'Key Format Type Not Supported': about(operation, id => ({
    uniqueIdentifier: id,
    keyFormatType: KeyFormatType.PKCS_1,
  })),
  'Key Compression Type Not Supported': about(operation, id => ({
    uniqueIdentifier: id,
    keyCompressionType: KeyCompressionType.ECPublicKeyTypeUncompressed,
  })),
  'Key Wrap Type Not Supported': {
    since: V2_0,
    go: about(operation, id => ({ uniqueIdentifier: id, keyWrapType: 0x80000001 as 1 })),
  },
  'Wrapping Object Not Found': about(operation, id => ({ uniqueIdentifier: id, ...wrapping('nobody') })),
  'Wrapping Object Archived': wrappedBy(operation, 'archived'),
  'Wrapping Object Destroyed': wrappedBy(operation, 'Destroyed'),
  'Incompatible Cryptographic Usage Mask': wrappedBy(operation, 'Active', {
    rows: [wraps, [CryptographicUsageMask, CryptographicUsageMask.Encrypt]],
  }),
  'Bad Cryptographic Parameters | Item Not Found': wrappedBy(operation, 'Active', { rows: [] }),
  'Encoding Option Error': {
    since: V1_2,
    go: wrappedBy(operation, 'Active', {
      more: { encodingOption: EncodingOption.NoEncoding, attributeNames: ['Name'] },
    }),
  },
});

const inOneBlock = {
  cryptographicParameters: { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.None },
  ivCounterNonce: Buffer.alloc(16),
  data: Buffer.alloc(16),
};
const ofCipher = (operation: typeof Operation.Encrypt): Ways => {
  const use = (more: object, rows: readonly AttributeRow[] = []) =>
    about(operation, id => ({ uniqueIdentifier: id, ...inOneBlock, ...more }), { rows, state: 'Active' });
  return {
    'Incompatible Cryptographic Usage Mask': use({}, [[CryptographicUsageMask, CryptographicUsageMask.Sign]]),
    'Invalid Message': use({ ivCounterNonce: undefined }),
    'General Failure': use({
      cryptographicParameters: { blockCipherMode: BlockCipherMode.GCM, tagLength: 1 },
    }),
    'Invalid Correlation Value | Item Not Found': {
      since: V1_3,
      go: use({ correlationValue: Buffer.alloc(16) }),
    },
    'Cryptographic Failure': use({ data: Buffer.alloc(15) }),
    'Unsupported Cryptographic Parameters': use({
      cryptographicParameters: { blockCipherMode: BlockCipherMode.CMAC },
    }),
    'Key Value Not Present': async world => {
      const value = { keyBlock: { ...aesBlock, keyValue: undefined } };
      const uniqueIdentifier = await makeObject(world, { objectType: SymmetricKey, value });
      await lead(world, uniqueIdentifier, 'Active');
      return world.outcome(operation, { uniqueIdentifier, ...inOneBlock });
    },
  };
};

interface ByKey {
  readonly objectType: number;
  /** A request that is right but for the key. */
  readonly right: object;
  readonly wrongParameters: object;
}
/** An operation by an active object of this type. */
const asOf =
  (
    objectType: number,
    operation: KnownOperation,
    request: object,
    value?: ManagedObjectValue,
    rows?: readonly AttributeRow[],
  ): Way['go'] =>
  async world => {
    const uniqueIdentifier = await makeObject(world, { objectType, rows, value });
    await lead(world, uniqueIdentifier, 'Active');
    return world.outcome(operation, { uniqueIdentifier, ...request });
  };

const rsaBlock = {
  cryptographicAlgorithm: CryptographicAlgorithm.RSA,
  cryptographicLength: 2048,
  keyFormatType: KeyFormatType.PKCS_1,
};

/** Of Sign, MAC, and what verifies them. */
const withKey = (operation: KnownOperation, { objectType, right, wrongParameters }: ByKey): Ways => {
  const use = (more: object, value?: ManagedObjectValue, rows?: readonly AttributeRow[]) =>
    asOf(objectType, operation, { ...right, ...more }, value, rows);
  const keyBlock = { ...aesBlock, keyValue: undefined };
  const isOfPair = objectType !== SymmetricKey;
  const parts = { since: V1_3 };
  return {
    'Incompatible Cryptographic Usage Mask': use({}, undefined, [
      [CryptographicUsageMask, CryptographicUsageMask.CRLSign],
    ]),
    'Unsupported Cryptographic Parameters': use({
      cryptographicParameters: wrongParameters,
    }),
    'Key Value Not Present': use({}, { keyBlock: { ...keyBlock, ...(isOfPair && rsaBlock) } }),
    'Invalid Field': use({ data: undefined }),
    'Invalid Correlation Value | Item Not Found': { ...parts, go: use({ correlationValue: Buffer.alloc(16) }) },
  };
};
const signing = { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.SHA_256WithRSAEncryption };
const ofSignature = (more: object = {}) => ({
  right: { cryptographicParameters: signing, data: Buffer.from('a text'), ...more },
  wrongParameters: { paddingMethod: PaddingMethod.OAEP, hashingAlgorithm: HashingAlgorithm.SHA_256 },
});
const ofMac = (more: object = {}) => ({
  objectType: SymmetricKey,
  right: {
    cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 },
    data: Buffer.from('a text'),
    ...more,
  },
  wrongParameters: { blockCipherMode: BlockCipherMode.CBC },
});
const pss = { paddingMethod: PaddingMethod.PSS, hashingAlgorithm: HashingAlgorithm.SHA_256 };
const pgp = { certificateType: CertificateType.PGP, certificateValue: Buffer.alloc(8) };

/** Re-key Key Pair of a registered pair. */
const ofPair =
  (more: Partial<RequestOf<typeof Operation.ReKeyKeyPair>>, state: StateName = 'Pre-Active'): Way['go'] =>
  async world => {
    const privateKeyUniqueIdentifier = await withPublicKey(world, await makeObject(world, { objectType: PrivateKey }));
    await lead(world, privateKeyUniqueIdentifier, state);
    return world.outcome(Operation.ReKeyKeyPair, { privateKeyUniqueIdentifier, ...more });
  };

const derivationBy = ({ version }: World, hashingAlgorithm: 4 | 6) => ({
  cryptographicParameters: { hashingAlgorithm },
  ...(version < V2_0 ? { derivationData: Buffer.alloc(8) } : { derivationDataParts: [Buffer.alloc(8)] }),
});
/** Derive Key by HMAC from an Active key, and from others beside it. */
const derive = async (
  world: World,
  more: Partial<RequestOf<typeof Operation.DeriveKey>>,
  wanted: Partial<Wanted> = {},
  others: readonly string[] = [],
): Promise<string> => {
  const base = await makeObject(world, { objectType: SymmetricKey, ...wanted });
  await lead(world, base, 'Active');
  return world.outcome(Operation.DeriveKey, {
    objectType: SymmetricKey,
    uniqueIdentifiers: [base, ...others],
    derivationMethod: DerivationMethod.HMAC,
    derivationParameters: derivationBy(world, HashingAlgorithm.SHA_256),
    attributes: template(...aes256),
    ...more,
  });
};

const adjust = (uniqueIdentifier: string, value = 1) => ({
  uniqueIdentifier,
  attributeReference: 'x-Count',
  adjustmentType: AdjustmentType.Increment,
  adjustmentValue: { tag: Tag.AdjustmentValue, type: ItemType.Integer, value } as const,
});

/** By the names of operations. What follows from the state or the type of an object stands in trials.ts, and counts as well. */
export const ways: Readonly<Record<string, Ways>> = {
  Create: {
    ...ofNewObject(create),
    'Invalid Object Type': asked(Operation.Create, { objectType: PublicKey, attributes: template(...aes256) }),
    'Invalid Field': world => create(world, template()),
    'Protection Storage Unavailable': {
      since: V2_0,
      go: world => create(world, template(...aes256), { protectionStorageMasks: unmetStorage }),
    },
  },
  'Create Key Pair': {
    ...ofNewObject(createPair, rsa),
    'Invalid Attribute Value': world =>
      createPair(world, template(...rsa), { privateKeyAttributes: template(name('')) }),
    'Non Unique Name Attribute': world => createPair(world, template(...rsa, name('of both'))),
    'Invalid Field': world => createPair(world, template()),
    'Private Protection Storage Unavailable': {
      since: V2_0,
      go: world => createPair(world, template(...rsa), { privateProtectionStorageMasks: unmetStorage }),
    },
    'Public Protection Storage Unavailable': {
      since: V2_0,
      go: world => createPair(world, template(...rsa), { publicProtectionStorageMasks: unmetStorage }),
    },
  },
  Register: {
    ...ofNewObject(register, aes128),
    'Invalid Field': world => register(world, template()),
    'Invalid Object Type': asked(Operation.Register, {
      objectType: 0x80000001 as 1,
      attributes: template(),
      object: undefined,
    }),
    'Protection Storage Unavailable': {
      since: V2_0,
      go: world => register(world, template(...aes128), { protectionStorageMasks: unmetStorage }),
    },
  },
  'Re-key': {
    'Invalid Message': about(
      Operation.ReKey,
      id => ({ uniqueIdentifier: id, offset: 10, attributes: template([ActivationDate, new Date(0)]) }),
      { state: 'Active' },
    ),
    'Invalid Field | Illegal Operation': about(Operation.ReKey, id => ({ uniqueIdentifier: id, offset: 10 })),
    'Application Namespace Not Supported': about(Operation.ReKey, id => ({
      uniqueIdentifier: id,
      attributes: template(noData),
    })),
    'Key Value Not Present': {
      since: V1_2,
      go: async world => {
        const value = { keyBlock: { ...aesBlock, keyValue: undefined } };
        const uniqueIdentifier = await makeObject(world, { objectType: SymmetricKey, value });
        return world.outcome(Operation.ReKey, { uniqueIdentifier });
      },
    },
    'Protection Storage Unavailable': {
      since: V2_0,
      go: about(Operation.ReKey, id => ({ uniqueIdentifier: id, protectionStorageMasks: unmetStorage })),
    },
  },
  'Re-key Key Pair': {
    'Invalid Message': ofPair({ offset: 10, commonAttributes: template([ActivationDate, new Date(0)]) }, 'Active'),
    'Invalid Field | Illegal Operation': ofPair({ offset: 10 }),
    'Application Namespace Not Supported': ofPair({ commonAttributes: template(noData) }),
    'Key Value Not Present': {
      since: V1_2,
      go: async world => {
        const value = { keyBlock: { ...rsaBlock, keyValue: undefined } };
        const uniqueIdentifier = await makeObject(world, { objectType: PrivateKey, value });
        return world.outcome(Operation.ReKeyKeyPair, { privateKeyUniqueIdentifier: uniqueIdentifier });
      },
    },
    'Private Protection Storage Unavailable': {
      since: V2_0,
      go: ofPair({ privateProtectionStorageMasks: unmetStorage }),
    },
    'Public Protection Storage Unavailable': {
      since: V2_0,
      go: ofPair({ publicProtectionStorageMasks: unmetStorage }),
    },
  },
  Certify: waysToCertify(Operation.Certify),
  'Re-certify': {
    ...waysToCertify(Operation.ReCertify),
    'Invalid Message': certifying(Operation.ReCertify, {
      offset: 10,
      attributes: template([ActivationDate, new Date(0)]),
    }),
  },
  'Derive Key': {
    ...ofNewObject((world, attributes) => derive(world, { attributes })),
    'Incompatible Cryptographic Usage Mask | Invalid Field': world =>
      derive(world, {}, { rows: [[CryptographicUsageMask, CryptographicUsageMask.Encrypt]] }),
    'Bad Cryptographic Parameters | Invalid Field': world =>
      derive(world, { derivationMethod: DerivationMethod.HASH, derivationParameters: {} }),
    'Unsupported Cryptographic Parameters | Invalid Field': world =>
      derive(world, { derivationMethod: 0x80000001 as 1 }),
    'Cryptographic Failure': world =>
      derive(world, { derivationParameters: derivationBy(world, HashingAlgorithm.SHA_1) }),
    'Invalid Field': world =>
      derive(world, {
        derivationParameters: { cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 } },
      }),
    'Invalid Message': async world => {
      const data = await makeObject(world, { objectType: SecretData });
      await lead(world, data, 'Active');
      return derive(world, {}, {}, [data]);
    },
    'Invalid Object Type': world => derive(world, { objectType: PublicKey }),
    'Key Value Not Present': {
      since: V1_2,
      go: world => derive(world, {}, { value: { keyBlock: { ...aesBlock, keyValue: undefined } } }),
    },
  },
  'Create Split Key': {
    ...ofNewObject((world, attributes) => world.outcome(Operation.CreateSplitKey, split(attributes))),
    'Non Unique Name Attribute': world =>
      world.outcome(Operation.CreateSplitKey, split(template(...aes256, name('of all parts')))),
    'Invalid Field': world => world.outcome(Operation.CreateSplitKey, split(template())),
    'Cryptographic Failure': world =>
      world.outcome(Operation.CreateSplitKey, split(template(...aes256), { splitKeyThreshold: 1 })),
    'Unsupported Cryptographic Parameters': world =>
      world.outcome(Operation.CreateSplitKey, split(template(...aes256), { splitKeyMethod: 0x80000001 })),
    'Protection Storage Unavailable': {
      since: V2_0,
      go: world =>
        world.outcome(Operation.CreateSplitKey, split(template(...aes256), { protectionStorageMasks: unmetStorage })),
    },
  },
  'Join Split Key': {
    ...ofNewObject(join),
    'Invalid Field': async world => {
      const parts: string[] = [];
      for (const part of [1, 2]) {
        const request = { objectType: SplitKey, attributes: template(), object: splitKey(part) };
        parts.push((await world.run(Operation.Register, request)).uniqueIdentifier);
      }
      return join(world, template(), { uniqueIdentifiers: parts });
    },
    'Unsupported Cryptographic Parameters': async world => {
      const value = { ...(splitKey(1) as SplitKeyValue), splitKeyMethod: 0x80000001 as 1 };
      return join(world, template(), { uniqueIdentifiers: [await makeObject(world, { objectType: SplitKey, value })] });
    },
    'Cryptographic Failure': world => join(world, template(), { uniqueIdentifiers: [] }),
    'Invalid Object Type': world => join(world, template(), { objectType: PublicKey }),
    'Protection Storage Unavailable': {
      since: V2_0,
      go: world => join(world, template(), { protectionStorageMasks: unmetStorage }),
    },
  },
  Import: {
    ...without(ofNewObject(importing), 'Attribute Read Only | Invalid Field', 'Item Not Found', 'Object Archived'),
    'Object Already Exists': about(Operation.Import, id => ({
      uniqueIdentifier: id,
      objectType: SymmetricKey,
      attributes: [],
      object: { keyBlock: aesBlock },
    })),
    'Invalid Field': world => importing(world, template(...aes256), { uniqueIdentifier: '' }),
  },
  Encrypt: ofCipher(Operation.Encrypt),
  Decrypt: ofCipher(Operation.Decrypt as never),
  Sign: {
    ...withKey(Operation.Sign, { objectType: PrivateKey, ...ofSignature() }),
    'Cryptographic Failure': {
      since: V1_4,
      go: asOf(PrivateKey, Operation.Sign, {
        cryptographicParameters: { ...pss, saltLength: 300 },
        data: Buffer.alloc(1),
      }),
    },
    'Feature Not Supported': {
      since: V1_4,
      go: asOf(PrivateKey, Operation.Sign, { cryptographicParameters: pss, digestedData: Buffer.alloc(32) }),
    },
  },
  'Signature Verify': {
    ...withKey(Operation.SignatureVerify, {
      objectType: PublicKey,
      ...ofSignature({ signatureData: Buffer.alloc(256) }),
    }),
    'Cryptographic Failure': asOf(
      Certificate,
      Operation.SignatureVerify,
      { cryptographicParameters: pss, data: Buffer.alloc(1), signatureData: Buffer.alloc(256) },
      pgp,
    ),
  },
  MAC: withKey(Operation.MAC, ofMac()),
  'MAC Verify': withKey(Operation.MACVerify, ofMac({ macData: Buffer.alloc(32) })),
  Hash: {
    'Invalid Field': asked(Operation.Hash, { cryptographicParameters: {}, data: Buffer.alloc(1) }),
    'Invalid Correlation Value | Item Not Found': {
      since: V1_3,
      go: asked(Operation.Hash, {
        cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 },
        data: Buffer.alloc(1),
        correlationValue: Buffer.alloc(16),
      }),
    },
  },
  'RNG Retrieve': {
    'Invalid Field': asked(Operation.RNGRetrieve, { dataLength: 0 }),
  },
  Locate: {
    'Invalid Field': asked(Operation.Locate, { maximumItems: -1 }),
  },
  Check: {
    'Incompatible Cryptographic Usage Mask': about(
      Operation.Check,
      id => ({ uniqueIdentifier: id, cryptographicUsageMask: CryptographicUsageMask.Sign }),
      { rows: [[CryptographicUsageMask, CryptographicUsageMask.Encrypt]] },
    ),
    'Usage Limit Exceeded': about(Operation.Check, id => ({ uniqueIdentifier: id, usageLimitsCount: 1001n }), {
      rows: [limited],
    }),
    'Permission Denied': about(Operation.Check, id => ({ uniqueIdentifier: id, leaseTime: 0 })),
  },
  Get: {
    ...asGotten(Operation.Get),
    Sensitive: {
      since: V1_4,
      go: about(Operation.Get, id => ({ uniqueIdentifier: id }), { rows: [[Sensitive, true]] }),
    },
    'Not Extractable': {
      since: V1_4,
      go: about(Operation.Get, id => ({ uniqueIdentifier: id }), { rows: [[Extractable, false]] }),
    },
    'Invalid Object Type | Illegal Operation': async world => {
      const uniqueIdentifier = await makeObject(world, { objectType: Certificate });
      return world.outcome(Operation.Get, { uniqueIdentifier, ...wrapping('nobody') });
    },
    'Invalid Field': {
      since: V1_4,
      go: about(Operation.Get, id => ({
        uniqueIdentifier: id,
        keyWrapType: KeyWrapType.AsRegistered,
        ...wrapping('nobody'),
      })),
    },
    'Wrong Key Lifecycle State': wrappedBy(Operation.Get, 'Pre-Active'),
  },
  Export: {
    ...asGotten(Operation.Export as never),
    'Invalid Object Type | Illegal Operation': async world => {
      const uniqueIdentifier = await makeObject(world, { objectType: Certificate });
      return world.outcome(Operation.Export, { uniqueIdentifier, ...wrapping('nobody') });
    },
    'Key Value Not Present | Illegal Operation': async world => {
      const uniqueIdentifier = await makeObject(world, { objectType: Certificate });
      await lead(world, uniqueIdentifier, 'Destroyed');
      return world.outcome(Operation.Export, { uniqueIdentifier });
    },
  },
  'Add Attribute': {
    'Read Only Attribute': about(Operation.AddAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: State, value: State.Active },
    })),
    'Attribute Single Valued': about(
      Operation.AddAttribute,
      id => ({ uniqueIdentifier: id, attribute: { attribute: ContactInformation, value: 'b' } }),
      { rows: [[ContactInformation, 'a']] },
    ),
    'Non Unique Name Attribute | Illegal Operation': about(Operation.AddAttribute, async (id, world) => {
      const [attribute, value] = name(`added ${imported++}`);
      await world.createKey([attribute, value]);
      return { uniqueIdentifier: id, attribute: { attribute, value } };
    }),
    'Server Limit Exceeded': about(
      Operation.AddAttribute,
      id => ({ uniqueIdentifier: id, attribute: { attribute: ObjectGroup, value: 'one more' } }),
      { rows: groups.slice(1) },
    ),
    'Application Namespace Not Supported': about(Operation.AddAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: noData[0], value: noData[1] },
    })),
    'Invalid Attribute': {
      since: V1_2,
      go: about(Operation.AddAttribute, id => ({
        uniqueIdentifier: id,
        attribute: {
          attribute: KeyValueLocation,
          value: { keyValueLocationValue: 'elsewhere', keyValueLocationType: 1 },
        },
      })),
    },
    'Wrong Key Lifecycle State': about(
      Operation.AddAttribute,
      id => ({ uniqueIdentifier: id, attribute: { attribute: ActivationDate, value: new Date(0) } }),
      { state: 'Compromised' },
    ),
    'Invalid Attribute Value': about(Operation.AddAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: Name, value: { nameValue: '', nameType: NameType.UninterpretedTextString } },
    })),
  },
  'Modify Attribute': {
    'Attribute Read Only': about(Operation.ModifyAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: State, value: State.Active },
    })),
    'Attribute Not Found | Invalid Field': about(Operation.ModifyAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: ContactInformation, value: 'a' },
    })),
    'Attribute Instance Not Found': about(
      Operation.ModifyAttribute,
      (id, { version }) => ({
        uniqueIdentifier: id,
        attribute: { attribute: ObjectGroup, value: 'b', ...(version < V2_0 && { attributeIndex: 7 }) },
        ...(version >= V2_0 && { currentAttribute: { attribute: ObjectGroup, value: 'none' } }),
      }),
      { rows: [[ObjectGroup, 'a']] },
    ),
    'Non Unique Name Attribute | Illegal Operation': about(Operation.ModifyAttribute, async (id, world) => {
      const [attribute, value] = name(`modified ${imported++}`);
      await world.createKey([attribute, value]);
      await world.run(Operation.AddAttribute, {
        uniqueIdentifier: id,
        attribute: { attribute, value: { nameValue: `own ${imported++}`, nameType: 1 } },
      });
      return { uniqueIdentifier: id, attribute: { attribute, value } };
    }),
    'Application Namespace Not Supported': about(
      Operation.ModifyAttribute,
      id => ({ uniqueIdentifier: id, attribute: { attribute: noData[0], value: noData[1] } }),
      { rows: [[ApplicationSpecificInformation, { applicationNamespace: 'a', applicationData: 'b' }]] },
    ),
    'Wrong Key Lifecycle State': about(
      Operation.ModifyAttribute,
      id => ({ uniqueIdentifier: id, attribute: { attribute: ActivationDate, value: new Date(0) } }),
      { state: 'Deactivated' },
    ),
  },
  'Delete Attribute': {
    'Invalid Attribute | Item Not Found': about(Operation.DeleteAttribute, id => ({
      uniqueIdentifier: id,
      attributeName: 'Certificate Length',
      attributeReference: 'Certificate Length',
    })),
    'Invalid Field': {
      until: V1_0,
      go: about(Operation.DeleteAttribute, id => ({ uniqueIdentifier: id, attributeName: 'Object Group' }), {
        rows: groups.slice(0, 2),
      }),
    },
    'Attribute Read Only': about(Operation.DeleteAttribute, id => ({
      uniqueIdentifier: id,
      attributeName: 'State',
      attributeReference: 'State',
    })),
    'Attribute Not Found': about(Operation.DeleteAttribute, id => ({
      uniqueIdentifier: id,
      attributeName: 'Contact Information',
      attributeReference: 'Contact Information',
    })),
    'Attribute Instance Not Found': about(
      Operation.DeleteAttribute,
      id => ({
        uniqueIdentifier: id,
        attributeName: 'Object Group',
        attributeIndex: 7,
        currentAttribute: { attribute: ObjectGroup, value: 'none' },
      }),
      { rows: [[ObjectGroup, 'a']] },
    ),
  },
  'Set Attribute': {
    'Invalid Attribute Value': about(Operation.SetAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: Name, value: { nameValue: '', nameType: NameType.UninterpretedTextString } },
    })),
    'Multi Valued Attribute': about(
      Operation.SetAttribute,
      id => ({ uniqueIdentifier: id, attribute: { attribute: ObjectGroup, value: 'c' } }),
      { rows: groups.slice(0, 2) },
    ),
    'Non Unique Name Attribute': about(Operation.SetAttribute, async (id, world) => {
      const [attribute, value] = name(`set ${imported++}`);
      await world.createKey([attribute, value]);
      return { uniqueIdentifier: id, attribute: { attribute, value } };
    }),
    'Read Only Attribute': about(Operation.SetAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: State, value: State.Active },
    })),
    'Wrong Key Lifecycle State': about(
      Operation.SetAttribute,
      id => ({ uniqueIdentifier: id, attribute: { attribute: ActivationDate, value: new Date(0) } }),
      { state: 'Deactivated' },
    ),
    'Invalid Field': about(Operation.SetAttribute, id => ({
      uniqueIdentifier: id,
      attribute: { attribute: CertificateType, value: CertificateType.X_509 },
    })),
  },
  'Adjust Attribute': {
    'Unsupported Attribute': about(Operation.AdjustAttribute, id => ({
      ...adjust(id),
      attributeReference: 'Certificate Type',
    })),
    'Read Only Attribute': about(Operation.AdjustAttribute, id => ({ ...adjust(id), attributeReference: 'State' })),
    'Multi Valued Attribute': about(
      Operation.AdjustAttribute,
      id => ({ ...adjust(id), attributeReference: 'Object Group' }),
      { rows: groups.slice(0, 2) },
    ),
    'Invalid Data Type': about(Operation.AdjustAttribute, id => ({ ...adjust(id), attributeReference: 'x-Mine' })),
    'Numeric Range': about(Operation.AdjustAttribute, async (id, world) => {
      await world.run(Operation.AdjustAttribute, adjust(id, 2 ** 31 - 1));
      return adjust(id);
    }),
    'Wrong Key Lifecycle State': about(
      Operation.AdjustAttribute,
      id => ({ ...adjust(id), attributeReference: 'Activation Date' }),
      { state: 'Deactivated' },
    ),
    'Invalid Field': about(Operation.AdjustAttribute, id => ({ ...adjust(id), adjustmentType: AdjustmentType.Negate })),
    'Feature Not Supported': about(Operation.AdjustAttribute, id => ({
      ...adjust(id),
      adjustmentType: 0x80000001 as 1,
    })),
  },
  'Get Attributes': {
    'Invalid Message': {
      since: V1_1,
      go: about(Operation.GetAttributes, id => ({
        uniqueIdentifier: id,
        attributeNames: ['Name', 'Name'],
      })),
    },
    'Invalid Attribute': {
      since: V2_0,
      go: about(Operation.GetAttributes, id => ({ uniqueIdentifier: id, attributeNames: ['Operation Policy Name'] })),
    },
  },
  'Obtain Lease': {
    'Usage Limit Exceeded': about(
      Operation.ObtainLease,
      async (id, world) => {
        await world.run(Operation.GetUsageAllocation, { uniqueIdentifier: id, usageLimitsCount: 1000n });
        return { uniqueIdentifier: id };
      },
      { rows: [limited, [CryptographicUsageMask, CryptographicUsageMask.Encrypt]], state: 'Active' },
    ),
  },
  'Get Usage Allocation': {
    'Attribute Not Found | Illegal Operation': about(
      Operation.GetUsageAllocation,
      id => ({ uniqueIdentifier: id, usageLimitsCount: 1n }),
      { state: 'Active' },
    ),
    'Usage Limit Exceeded': about(
      Operation.GetUsageAllocation,
      id => ({ uniqueIdentifier: id, usageLimitsCount: 1001n }),
      { rows: [limited], state: 'Active' },
    ),
    'Invalid Field': about(Operation.GetUsageAllocation, id => ({ uniqueIdentifier: id, usageLimitsCount: 0n }), {
      rows: [limited],
      state: 'Active',
    }),
  },
  Revoke: {
    'Invalid Field': about(
      Operation.Revoke,
      (id, { now }) => ({
        uniqueIdentifier: id,
        revocationReason: { revocationReasonCode: RevocationReasonCode.CessationOfOperation },
        compromiseOccurrenceDate: now,
      }),
      { state: 'Active' },
    ),
  },
  Validate: { 'Invalid Field | Invalid Message': asked(Operation.Validate, {}) },
  Query: {
    'Invalid Message': asked(Operation.Query, {}),
    'Unknown Object Group': {
      since: V2_1,
      go: asked(Operation.Query, {
        queryFunctions: [QueryFunction.QueryDefaultsInformation],
        objectGroups: { objectGroups: ['no such group'] },
      }),
    },
  },
  ...Object.fromEntries(
    [Operation.Poll, Operation.Process].map(operation => [
      Operation.names.show(operation),
      { 'Invalid Asynchronous Correlation Value': asked(operation, { asynchronousCorrelationValue: Buffer.alloc(8) }) },
    ]),
  ),
  Logout: {
    'Invalid Ticket': asked(Operation.Logout, {
      ticket: { ticketType: TicketType.Login, ticketValue: Buffer.alloc(32) },
    }),
  },
  'Set Endpoint Role': {
    'Feature Not Supported': asked(Operation.SetEndpointRole, { endpointRole: EndpointRole.Client }),
  },
  Interop: {
    'Invalid Field': asked(Operation.Interop, { interopFunction: InteropFunction.Begin, interopIdentifier: '' }),
  },
  'PKCS#11': {
    'PKCS#11 Codec Error': asked(Operation.PKCS_11, {
      pkcs11Function: PKCS11Function.C_Finalize,
      pkcs11InputParameters: Buffer.alloc(1, 0x7f),
    }),
    'PKCS#11 Invalid Interface': asked(Operation.PKCS_11, {
      pkcs11Interface: 'ours',
      pkcs11Function: PKCS11Function.C_Initialize,
    }),
    'PKCS#11 Invalid Function': asked(Operation.PKCS_11, { pkcs11Function: 0x7fffffff as 1 }),
    'Invalid Asynchronous Correlation Value': asked(Operation.PKCS_11, {
      pkcs11Function: PKCS11Function.C_GetInfo,
      correlationValue: Buffer.alloc(16),
    }),
  },
};
