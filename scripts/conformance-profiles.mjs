// Which profiles kmipd is held to, with their clauses as far as they say what a server must have. The texts of the profiles
// are OASIS' (KMIP Profiles 1.4 and 2.1, Additional Message Encodings 1.0); sections are those of the specification.

/** Baseline Server of 1.4: operations and attributes, by the names of the specification's tables. */
const BASELINE_1_4 = {
  operations: [
    'Locate',
    'Check',
    'Get',
    'Get Attributes',
    'Get Attribute List',
    'Add Attribute',
    'Modify Attribute',
    'Delete Attribute',
    'Activate',
    'Revoke',
    'Destroy',
    'Query',
    'Discover Versions',
  ],
  attributes: [
    'Unique Identifier',
    'Name',
    'Object Type',
    'Cryptographic Algorithm',
    'Cryptographic Length',
    'Cryptographic Parameters',
    'Digest',
    'Cryptographic Usage Mask',
    'State',
    'Initial Date',
    'Process Start Date',
    'Protect Stop Date',
    'Activation Date',
    'Deactivation Date',
    'Compromise Occurrence Date',
    'Compromise Date',
    'Revocation Reason',
    'Object Group',
    'Fresh',
    'Link',
    'Last Change Date',
    'Alternative Name',
    'Key Value Present',
    'Key Value Location',
    'Original Creation Date',
    'Random Number Generator',
    'Description',
    'Comment',
    'Sensitive',
    'Always Sensitive',
    'Extractable',
    'Never Extractable',
  ],
};
const CRYPTOGRAPHIC = ['Encrypt', 'Decrypt'];
const ADVANCED = [...CRYPTOGRAPHIC, 'Sign', 'Signature Verify', 'MAC', 'MAC Verify', 'RNG Retrieve', 'RNG Seed'];
const PAIR = ['Public Key', 'Private Key'];

/**
 * `cases`: what the names of its test cases begin with. `operations`, `attributes`, `objectTypes`: what a clause names.
 * Beside these the mandatory test cases say which operations and object types a profile needs: those are clauses as well.
 */
export const profiles = [
  { name: 'Baseline Server', version: '1.4', cases: [], isBase: true, ...BASELINE_1_4 },
  { name: 'Baseline Server', version: '2.1', cases: ['BL'], isBase: true, ...BASELINE_1_4 },
  ...['1.4', '2.1'].flatMap(version => [
    {
      name: 'Symmetric Key Lifecycle Server',
      version,
      cases: ['SKLC'],
      operations: ['Create'],
      objectTypes: ['Symmetric Key'],
    },
    { name: 'Asymmetric Key Lifecycle Server', version, cases: ['AKLC'], objectTypes: PAIR },
    { name: 'Symmetric Key Foundry Server', version, cases: ['SKFF'], objectTypes: ['Symmetric Key'] },
    { name: 'Opaque Managed Object Store Server', version, cases: ['OMOS'], objectTypes: ['Opaque Object'] },
    { name: 'Storage Array with Self Encrypting Drive Server', version, cases: ['SASED'] },
    { name: 'Tape Library Server', version, cases: ['TL'] },
    { name: 'Basic Cryptographic Server', version, cases: ['CS-BC'], operations: CRYPTOGRAPHIC },
    { name: 'Advanced Cryptographic Server', version, cases: ['CS-AC'], operations: ADVANCED },
    { name: 'RNG Cryptographic Server', version, cases: ['CS-RNG'] },
    { name: 'HTTPS Server', version, cases: ['MSGENC-HTTPS'] },
    { name: 'XML Server', version, cases: ['MSGENC-XML'] },
    { name: 'JSON Server', version, cases: ['MSGENC-JSON'] },
  ]),
  { name: 'AES XTS Server', version: '2.1', cases: ['AX'] },
  { name: 'Quantum Safe Server', version: '2.1', cases: ['QS'] },
  { name: 'PKCS#11 Server', version: '2.1', cases: ['PKCS11'] },
];
