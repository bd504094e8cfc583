/**
 * Result Reasons of the error tables that stand there for nearly every operation; where an operation has a way of its own to one
 * of them, error-ways.ts has it. Those that every operation answers in the same manner are shown by message-reasons.test.ts.
 */
export const anyOperation: Readonly<Record<string, string>> = {
  'Invalid Message': 'shown for every operation by message-reasons.test.ts',
  'Response Too Large': 'shown for every operation by message-reasons.test.ts',
  'Feature Not Supported': 'shown for every operation by message-reasons.test.ts',
  'Operation Not Supported':
    'shown by message-reasons.test.ts for versions that do not have the operation; in those that do, the server has it',
  'Attestation Required': 'the server asks nobody for an attestation',
  'Attestation Failed': 'shown for every operation by message-reasons.test.ts',
  'Permission Denied': 'every client may do everything in its vault; there is no right that one could lack',
  'Invalid Field': 'a value that cannot be read is an Invalid Message, and no other value of these fields is wrong',
};

const noFailure = 'random bytes and the arithmetic on them do not fail';
const noFit = 'parameters that do not fit are Unsupported Cryptographic Parameters';
const named = 'what a client names and nothing has is told as Object Not Found';

/** What no client of this server is told, and why: by operation, then by reason, with the era where it is so in one only. */
export const unreachable: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Create: {
    'Cryptographic Failure': noFailure,
    'Read Only Attribute': 'Attribute Read Only is told, which the table has as well',
    'Unsupported Attribute': 'the attributes of 2.x are known by their tags: an unknown tag is an Invalid Message',
  },
  'Create Key Pair': { 'Cryptographic Failure': noFailure },
  Register: {
    'Encoding Option Error': 'an object that comes wrapped is kept as it came',
    'Bad Password': 'no object is taken that a password protects',
  },
  'Re-key': { 'Cryptographic Failure': noFailure },
  'Re-key Key Pair': { 'Cryptographic Failure': noFailure },
  Locate: {
    'Invalid Attribute': 'the attributes of 2.x are known by their tags: an unknown tag is an Invalid Message',
  },
  Get: { 'Key Value Not Present (2.x)': 'since 1.2 a Key Block without Key Value says so' },
  'Delete Attribute': { 'Wrong Key Lifecycle State': 'no attribute that clients may delete is bound to a state' },
  'Get Attributes': { 'Object Archived': 'attributes do not go into the archive' },
  'Get Attribute List': { 'Object Archived': 'attributes do not go into the archive' },
  Cancel: { 'Invalid Asynchronous Correlation Value': 'the Cancellation Result Unavailable says it' },
  Activate: { 'Invalid Object Type': 'in 2.x every object has a State' },
  Encrypt: {
    'Bad Cryptographic Parameters':
      'parameters that do not fit are Unsupported Cryptographic Parameters; of a wrong Tag Length General Failure is told, as the OASIS profiles have it',
    'Missing Initialization Vector': 'Invalid Message is told, as the OASIS profiles have it',
    'Usage Limit Exceeded': 'Permission Denied is told, as the OASIS profiles have it',
  },
  Decrypt: {
    'Bad Cryptographic Parameters':
      'parameters that do not fit are Unsupported Cryptographic Parameters; of a wrong Tag Length General Failure is told, as the OASIS profiles have it',
    'Missing Initialization Vector': 'Invalid Message is told, as the OASIS profiles have it',
  },
  Sign: {
    'Bad Cryptographic Parameters': noFit,
    'Usage Limit Exceeded': 'Permission Denied is told, as of Encrypt',
  },
  'Signature Verify': { 'Bad Cryptographic Parameters': noFit },
  MAC: {
    'Bad Cryptographic Parameters': noFit,
    'Cryptographic Failure': noFailure,
    'Usage Limit Exceeded': 'Permission Denied is told, as of Encrypt',
  },
  'MAC Verify': { 'Bad Cryptographic Parameters': noFit, 'Cryptographic Failure': noFailure },
  'RNG Retrieve': { 'Cryptographic Failure': noFailure },
  'RNG Seed': { 'Cryptographic Failure': noFailure },
  Hash: { 'Cryptographic Failure': noFailure },
  'Create Split Key': {
    'Bad Cryptographic Parameters':
      'parts that cannot be made are a Cryptographic Failure, which the table has as well',
    'Item Not Found (2.x)': named,
  },
  'Join Split Key': {
    'Bad Cryptographic Parameters':
      'parts that cannot be joined are a Cryptographic Failure, which the table has as well',
  },
  Import: {
    'Attribute Read Only': 'an object is imported with all its attributes, those too that only a server sets',
    'Encoding Option Error': 'an object that comes wrapped is kept as it came, or is unwrapped as it says itself',
    'Protection Storage Unavailable': 'the request has no Protection Storage Masks',
  },
};
