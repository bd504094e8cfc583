import t from 'tap';
import { operationNames } from '../../../server/audit/actions.ts';
import { describeRequest, describeResponse, LOCATED_SHOWN_MAX } from '../../../server/audit/describe.ts';

const uniqueIdentifier = '5d6b1f8e-7f0e-4a2b-9c1d-2f4f0e6a8b31';
const canary = Buffer.from('canary-key-material-0123456789ab');
const KEY_MEMBERS = {
  symmetricKey: { keyBlock: { keyValue: { keyMaterial: canary } } },
  secretData: { keyBlock: { keyValue: canary.toString('hex') } },
  opaqueObject: { opaqueDataValue: canary },
  keyBlock: { keyValue: canary.toString('hex') },
  keyValue: canary.toString('base64'),
  object: canary.toString('hex'),
  data: canary.toString('hex'),
  certificate: canary.toString('hex'),
};

t.test('key material shows in no payload of any operation', async t => {
  for (const operation of operationNames) {
    const payload = { ...KEY_MEMBERS, uniqueIdentifier, objectType: 'Symmetric Key' };
    const shown = JSON.stringify([describeRequest(operation, payload), describeResponse(operation, payload)]);
    for (const form of ['hex', 'base64', 'utf8'] as const) t.notOk(shown.includes(canary.toString(form)), operation);
    t.notMatch(shown, /symmetricKey|secretData|keyBlock|keyValue|opaque/, operation);
  }
});

t.test('Derive Key shows what it derives from and by which method, and no parameters', async t => {
  const shown = { objectType: 'Secret Data', uniqueIdentifiers: ['a', 'b'], derivationMethod: 'HKDF' };
  const derivationParameters = { salt: Uint8Array.of(1), derivationDataParts: [Uint8Array.of(2)] };
  t.strictSame(describeRequest('DeriveKey', { ...shown, derivationParameters }), shown);
  t.strictSame(describeResponse('DeriveKey', { uniqueIdentifier }), { uniqueIdentifier });
});

t.test('what makes key pairs shows both identifiers', async t => {
  const pair = { privateKeyUniqueIdentifier: 'a', publicKeyUniqueIdentifier: 'b' };
  const response = { ...pair, privateKeyAttributes: { Name: 'mine' } };
  t.strictSame(describeResponse('CreateKeyPair', response), pair);
  t.strictSame(describeResponse('ReKeyKeyPair', response), pair);
  t.strictSame(describeRequest('ReKeyKeyPair', { privateKeyUniqueIdentifier: 'c', offset: 1 }), {
    privateKeyUniqueIdentifier: 'c',
  });
});

t.test('Create shows object type and attributes, bytes and dates in the form of events', async t => {
  t.strictSame(
    describeRequest('Create', {
      objectType: 'Symmetric Key',
      attributes: {
        'Cryptographic Algorithm': 'AES',
        'Activation Date': new Date(0),
        'x-Bytes': Uint8Array.of(127, 77, 66, 55),
        'x-Long': 5n,
      },
      protectionStorageMasks: 1,
    }),
    {
      objectType: 'Symmetric Key',
      attributes: {
        'Cryptographic Algorithm': 'AES',
        'Activation Date': '1970-01-01T00:00:00.000Z',
        'x-Bytes': '[4 bytes]',
        'x-Long': 5,
      },
    },
  );
});

t.test('Get shows what was asked for, and of the answer type, identifier and format only', async t => {
  t.strictSame(
    describeResponse('Get', { ...KEY_MEMBERS, objectType: 'Symmetric Key', uniqueIdentifier, keyFormatType: 'Raw' }),
    {
      objectType: 'Symmetric Key',
      uniqueIdentifier,
      keyFormatType: 'Raw',
    },
  );
});

t.test('Revoke shows the Revocation Message, which is meant for the audit trail', async t => {
  t.strictSame(
    describeRequest('Revoke', {
      uniqueIdentifier,
      revocationReason: { revocationReasonCode: 'Key Compromise', revocationMessage: 'Laptop stolen' },
    }),
    { uniqueIdentifier, revocationReasonCode: 'Key Compromise', revocationMessage: 'Laptop stolen' },
  );
});

t.test('Locate lists the first identifiers and counts all', async t => {
  const identifiers = Array.from({ length: 250 }, (_, i) => `id-${i}`);
  for (const member of ['uniqueIdentifier', 'uniqueIdentifiers']) {
    t.strictSame(describeResponse('Locate', { locatedItems: 1_000, [member]: identifiers }), {
      locatedItems: 1_000,
      uniqueIdentifierCount: 250,
      uniqueIdentifiers: identifiers.slice(0, LOCATED_SHOWN_MAX),
    });
  }
  t.strictSame(describeResponse('Locate', {}), { uniqueIdentifierCount: 0, uniqueIdentifiers: [] });
});

t.test('attributes are shown where they are asked for, changed and answered', async t => {
  const attribute = { attributeName: 'x-Name', attributeIndex: 0, attributeValue: 'vm-1' };
  t.strictSame(describeRequest('AddAttribute', { uniqueIdentifier, attribute }), { uniqueIdentifier, attribute });
  t.strictSame(describeRequest('DeleteAttribute', { uniqueIdentifier, attributeName: 'x-Name', attributeIndex: 1 }), {
    uniqueIdentifier,
    attributeName: 'x-Name',
    attributeIndex: 1,
  });
  t.strictSame(describeRequest('GetAttributes', { uniqueIdentifier, attributeNames: ['State'] }), {
    uniqueIdentifier,
    attributeNames: ['State'],
  });
  t.strictSame(describeResponse('GetAttributes', { uniqueIdentifier, attributes: { State: 'Active' } }), {
    uniqueIdentifier,
    attributes: { State: 'Active' },
  });
});

t.test('attributes that come one by one are shown by name, several of a name as a list', async t => {
  const attributes = [{ State: 'Active' }, { 'x-Tag': 'a', attributeIndex: 0 }, { 'x-Tag': 'b', attributeIndex: 1 }];
  t.strictSame(describeResponse('GetAttributes', { uniqueIdentifier, attributes }), {
    uniqueIdentifier,
    attributes: { State: 'Active', 'x-Tag': ['a', 'b'] },
  });
  t.strictSame(describeResponse('GetAttributes', { attributes: [] }), { attributes: {} });
  const single = { 'x-Name': 'vm-1', attributeIndex: 0 };
  t.strictSame(describeRequest('AddAttribute', { attribute: single }), { attribute: single });
});

t.test('of any other operation only the Unique Identifier is shown, of none nothing', async t => {
  t.strictSame(describeRequest('Encrypt', { uniqueIdentifier, data: 'plain', ivCounterNonce: 'n' }), {
    uniqueIdentifier,
  });
  t.strictSame(describeResponse('Decrypt', { uniqueIdentifier, data: 'plain' }), { uniqueIdentifier });
  t.strictSame(describeRequest(undefined, { uniqueIdentifier }), {});
});
