import { createHmac, publicEncrypt, sign } from 'node:crypto';
import {
  AdjustmentType,
  BlockCipherMode,
  CertificateRequestType,
  CryptographicUsageMask,
  customAttribute,
  customText,
  DerivationMethod,
  DigitalSignatureAlgorithm,
  HashingAlgorithm,
  ItemType,
  ObjectType,
  Operation,
  PaddingMethod,
  RevocationReasonCode,
  SplitKeyMethod,
  Tag,
  V2_0,
  type KnownOperation,
  type RequestOf,
} from '../../../../kmip-codec/index.ts';
import { certificateRequestDer, requestDer, rsaPrivate, rsaPublic } from '../object-samples.ts';
import { aes256, template, type World } from '../world.ts';
import { limited, makeObject, splitKey, withPublicKey, type StateName, type Wanted } from './objects.ts';

/**
 * 'Success', or a Result Reason by its name in 2.x, from which that of 1.x follows by the server's table; where an operation has
 * another for 1.x, both: 'Object Destroyed | Item Not Found'.
 */
export type Outcome = string;

/** An operation on one object: how to ask for it, and what is answered in every state and for every type of object. */
export interface Trial<O extends KnownOperation = KnownOperation> {
  readonly operation: O;
  /** A request that is right but for the object. */
  readonly request: (
    uniqueIdentifier: string,
    world: World,
    objectType: number,
  ) => RequestOf<O> | Promise<RequestOf<O>>;
  /** The object whose states are tried: a Symmetric Key unless said. */
  readonly object: Wanted;
  /** What is answered in the states named; in others Success, and when archived Object Archived. */
  readonly states: Readonly<Record<Outcome, readonly StateName[]>>;
  /** The state in which objects of every type are tried, if they have one: Active unless said. */
  readonly bestState: StateName;
  /** What is answered for objects of the types named; for others `otherTypes`. */
  readonly types: Readonly<Record<Outcome, readonly number[]>>;
  /** Success unless said. */
  readonly otherTypes: Outcome;
  /** What is answered where there is no such object: Object Not Found unless said. */
  readonly missing: Outcome;
}
const trial = <O extends KnownOperation>(
  operation: O,
  request: Trial<O>['request'],
  more: Partial<Omit<Trial, 'operation' | 'request'>> = {},
): Trial =>
  ({
    ...{ operation, request, object: { objectType: SymmetricKey }, states: {}, bestState: 'Active', types: {} },
    otherTypes: 'Success',
    missing: 'Object Not Found',
    ...more,
  }) as unknown as Trial;

const {
  Certificate,
  CertificateRequest,
  SymmetricKey,
  PublicKey,
  PrivateKey,
  SplitKey,
  Template,
  SecretData,
  OpaqueObject,
} = ObjectType;
const { KeyCompromise, CessationOfOperation } = RevocationReasonCode;

const named = (uniqueIdentifier: string) => ({ uniqueIdentifier });
const revocation = (code: number) => ({ revocationReason: { revocationReasonCode: code as 1 } });
const mine = { attribute: customAttribute('x-Mine'), value: customText('1') };
const inOneBlock = {
  cryptographicParameters: { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.None },
  ivCounterNonce: Buffer.alloc(16),
  data: Buffer.alloc(16),
};

const oaep = {
  cryptographicParameters: { paddingMethod: PaddingMethod.OAEP, hashingAlgorithm: HashingAlgorithm.SHA_1 },
  data: Buffer.from('a secret'),
};
const forPrivateKey = { ...oaep, data: publicEncrypt({ key: rsaPublic, oaepHash: 'sha1' }, oaep.data) };

const signed = {
  cryptographicParameters: { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.SHA_256WithRSAEncryption },
  data: Buffer.from('a text'),
};
const signature = { ...signed, signatureData: sign('sha256', signed.data, rsaPrivate) };
/** For the certificate, whose key is of another kind and signed nothing: it says so. */
const otherSignature = {
  ...signature,
  cryptographicParameters: { digitalSignatureAlgorithm: DigitalSignatureAlgorithm.ECDSAWithSHA256 },
};
const mac = {
  cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 },
  data: Buffer.from('a text'),
};
const macced = { ...mac, macData: createHmac('sha256', Buffer.alloc(32)).update(mac.data).digest() };

const toCertify = (certificateRequestValue: Uint8Array) => ({
  certificateRequestType: CertificateRequestType.PKCS_10,
  certificateRequestValue,
  attributes: template([CryptographicUsageMask, CryptographicUsageMask.Verify]),
});

const GONE: readonly StateName[] = ['Destroyed', 'Destroyed Compromised'];
const ALL_BUT_ACTIVE: readonly StateName[] = ['Pre-Active', 'Deactivated', 'Compromised', ...GONE];
/** Types that no operation of this kind is for. */
const noKey = 'Invalid Object Type | Permission Denied';

/** By what the tables call them: an operation may be tried in several ways, told apart after a comma. */
export const trials: Readonly<Record<string, Trial>> = {
  Activate: trial(Operation.Activate, named, {
    states: { 'Wrong Key Lifecycle State': ['Active', 'Deactivated', 'Compromised'], 'Object Destroyed': GONE },
    bestState: 'Pre-Active',
    // Objects that have no State before 2.0 cannot be activated then (1.4 §3.22).
    types: { 'Success | Illegal Operation': [Template, OpaqueObject] },
  }),
  'Revoke, compromised': trial(Operation.Revoke, id => ({ ...named(id), ...revocation(KeyCompromise) }), {
    states: { 'Wrong Key Lifecycle State': ['Compromised', 'Destroyed Compromised'] },
    types: { 'Invalid Object Type | Illegal Operation': [Template] },
  }),
  'Revoke, not needed': trial(Operation.Revoke, id => ({ ...named(id), ...revocation(CessationOfOperation) }), {
    states: { 'Wrong Key Lifecycle State': ALL_BUT_ACTIVE },
    types: { 'Invalid Object Type | Illegal Operation': [Template] },
  }),
  Destroy: trial(Operation.Destroy, named, {
    states: { 'Wrong Key Lifecycle State': ['Active'], 'Object Destroyed': GONE },
    bestState: 'Pre-Active',
  }),
  Archive: trial(Operation.Archive, named, { states: { 'Object Destroyed': GONE } }),
  Recover: trial(Operation.Recover, named, { states: { 'Object Destroyed': GONE, Success: ['archived'] } }),
  Get: trial(Operation.Get, named, { states: { 'Object Destroyed | Item Not Found': GONE } }),
  Export: trial(Operation.Export, named),
  'Get Attributes': trial(Operation.GetAttributes, named, { states: { Success: ['archived'] } }),
  'Get Attribute List': trial(Operation.GetAttributeList, named, { states: { Success: ['archived'] } }),
  'Add Attribute': trial(Operation.AddAttribute, id => ({
    ...named(id),
    attribute: { ...mine, attribute: customAttribute('x-Other') },
  })),
  'Modify Attribute': trial(Operation.ModifyAttribute, id => ({ ...named(id), attribute: mine })),
  'Delete Attribute': trial(Operation.DeleteAttribute, (id, { version }) => ({
    ...named(id),
    attributeName: 'x-Mine',
    ...(version >= V2_0 && { attributeReference: 'x-Mine' }),
  })),
  'Set Attribute': trial(Operation.SetAttribute, id => ({ ...named(id), attribute: mine })),
  'Adjust Attribute': trial(
    Operation.AdjustAttribute,
    id => ({
      ...named(id),
      attributeReference: 'x-Count',
      adjustmentType: AdjustmentType.Increment,
      adjustmentValue: { tag: Tag.AdjustmentValue, type: ItemType.Integer, value: 1 },
    }),
    { missing: 'Item Not Found' },
  ),
  Check: trial(Operation.Check, named, { types: { 'Illegal Object Type': [Template] } }),
  'Obtain Lease': trial(Operation.ObtainLease, named, {
    states: { 'Permission Denied': ['Compromised', ...GONE] },
    types: { 'Permission Denied': [Template] },
  }),
  'Get Usage Allocation': trial(Operation.GetUsageAllocation, id => ({ ...named(id), usageLimitsCount: 1n }), {
    object: { objectType: SymmetricKey, rows: [limited] },
    states: { 'Permission Denied': ALL_BUT_ACTIVE },
    types: { Success: [SymmetricKey, PublicKey, PrivateKey] },
    otherTypes: 'Invalid Object Type | Illegal Operation',
  }),
  'Re-key': trial(Operation.ReKey, named, {
    states: { 'Permission Denied': GONE },
    types: { Success: [SymmetricKey] },
    otherTypes: noKey,
  }),
  'Re-key Key Pair': trial(
    Operation.ReKeyKeyPair,
    async (id, world) => ({ privateKeyUniqueIdentifier: await withPublicKey(world, id) }),
    {
      object: { objectType: PrivateKey },
      states: { 'Permission Denied': GONE },
      types: { Success: [PrivateKey] },
      otherTypes: noKey,
    },
  ),
  'Derive Key': trial(
    Operation.DeriveKey,
    (id, { version }) => ({
      objectType: SymmetricKey,
      uniqueIdentifiers: [id],
      derivationMethod: DerivationMethod.HMAC,
      derivationParameters: {
        cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 },
        ...(version < V2_0 ? { derivationData: Buffer.alloc(8) } : { derivationDataParts: [Buffer.alloc(8)] }),
      },
      attributes: template(...aes256),
    }),
    {
      states: { 'Wrong Key Lifecycle State | Invalid Field': ALL_BUT_ACTIVE },
      types: { Success: [SymmetricKey, SecretData] },
      otherTypes: 'Invalid Object Type',
    },
  ),
  Certify: trial(Operation.Certify, id => ({ ...named(id), ...toCertify(requestDer) }), {
    states: { 'Permission Denied': ['Deactivated', 'Compromised', ...GONE] },
    object: { objectType: PublicKey },
    types: { Success: [PublicKey, CertificateRequest] },
    otherTypes: noKey,
    missing: 'Item Not Found',
  }),
  'Re-certify': trial(Operation.ReCertify, id => ({ ...named(id), ...toCertify(certificateRequestDer) }), {
    states: { 'Permission Denied': GONE },
    object: { objectType: Certificate },
    types: { Success: [Certificate] },
    otherTypes: noKey,
  }),
  Encrypt: trial(Operation.Encrypt, (id, _, type) => ({ ...named(id), ...(type === PublicKey ? oaep : inOneBlock) }), {
    states: { 'Wrong Key Lifecycle State': ALL_BUT_ACTIVE },
    types: { Success: [SymmetricKey, PublicKey] },
    otherTypes: noKey,
  }),
  Decrypt: trial(
    Operation.Decrypt,
    (id, _, type) => ({ ...named(id), ...(type === PrivateKey ? forPrivateKey : inOneBlock) }),
    {
      states: { 'Wrong Key Lifecycle State': ALL_BUT_ACTIVE },
      types: { Success: [SymmetricKey, PrivateKey] },
      otherTypes: noKey,
    },
  ),
  Sign: trial(Operation.Sign, id => ({ ...named(id), ...signed }), {
    states: { 'Wrong Key Lifecycle State': ALL_BUT_ACTIVE },
    object: { objectType: PrivateKey },
    types: { Success: [PrivateKey] },
    otherTypes: noKey,
  }),
  'Signature Verify': trial(
    Operation.SignatureVerify,
    (id, _, type) => ({ ...named(id), ...(type === Certificate ? otherSignature : signature) }),
    {
      states: { 'Wrong Key Lifecycle State': ALL_BUT_ACTIVE },
      object: { objectType: PublicKey },
      types: { Success: [PublicKey, Certificate] },
      otherTypes: noKey,
    },
  ),
  MAC: trial(Operation.MAC, id => ({ ...named(id), ...mac }), {
    states: { 'Wrong Key Lifecycle State': ALL_BUT_ACTIVE },
    types: { Success: [SymmetricKey] },
    otherTypes: noKey,
  }),
  'MAC Verify': trial(Operation.MACVerify, id => ({ ...named(id), ...macced }), {
    states: { 'Wrong Key Lifecycle State': ALL_BUT_ACTIVE },
    types: { Success: [SymmetricKey] },
    otherTypes: noKey,
  }),
  Validate: trial(Operation.Validate, id => ({ uniqueIdentifiers: [id] }), {
    object: { objectType: Certificate },
    states: { 'Object Destroyed | Item Not Found': GONE },
    types: { Success: [Certificate] },
    otherTypes: 'Invalid Object Type',
  }),
  'Create Split Key': trial(
    Operation.CreateSplitKey,
    id => ({
      ...named(id),
      objectType: SplitKey,
      splitKeyParts: 2,
      splitKeyThreshold: 2,
      splitKeyMethod: SplitKeyMethod.XOR,
      attributes: template(...aes256),
    }),
    {
      states: { 'Permission Denied': GONE },
      types: { Success: [SymmetricKey, SecretData] },
      otherTypes: 'Invalid Object Type',
    },
  ),
  'Join Split Key': trial(
    Operation.JoinSplitKey,
    async (id, world) => ({
      objectType: SecretData,
      uniqueIdentifiers: [id, await makeObject(world, { objectType: SplitKey, value: splitKey(2) })],
    }),
    {
      object: { objectType: SplitKey },
      states: { 'Permission Denied': GONE },
      types: { Success: [SplitKey] },
      otherTypes: 'Invalid Object Type',
    },
  ),
};

/** The others, and why neither the state nor the type of an object decides what they answer. */
export const withoutObject: ReadonlyMap<number, string> = new Map<number, string>([
  [Operation.Create, 'makes an object; new-objects.test.ts has its types'],
  [Operation.CreateKeyPair, 'makes two objects; its request has no Object Type'],
  [Operation.Register, 'makes an object; new-objects.test.ts has its types'],
  [Operation.Import, 'makes an object; new-objects.test.ts has its types'],
  [Operation.Locate, 'finds objects by where they are stored: states.test.ts has a table of its own'],
  [Operation.Query, 'is about the server'],
  [Operation.DiscoverVersions, 'is about the server'],
  [Operation.Log, 'is about the server'],
  [Operation.SetEndpointRole, 'is about the connection'],
  [Operation.PKCS_11, 'is about the interface'],
  [Operation.Interop, 'is about every object of the vault'],
  [Operation.Ping, 'is about the server'],
  [Operation.Poll, 'is about a request'],
  [Operation.Cancel, 'is about a request'],
  [Operation.Process, 'is about a request'],
  [Operation.QueryAsynchronousRequests, 'is about requests'],
  [Operation.Login, 'is about the client'],
  [Operation.Logout, 'is about the client'],
  [Operation.Hash, 'is about data'],
  [Operation.RNGRetrieve, 'is about the server'],
  [Operation.RNGSeed, 'is about the server'],
]);
