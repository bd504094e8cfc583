import t from 'tap';
import { Operation } from '../../../kmip-codec/registry/enumerations.ts';
import { actionNamed, actionOf, allActions, operationNames } from '../../../server/audit/actions.ts';

t.test('has a row for every operation of the registry and for nothing else', async t => {
  t.same([...operationNames].sort(), Object.keys(Operation.values).sort());
});

t.test('makes no event of Query and Discover Versions', async t => {
  t.equal(actionOf('Query', true), undefined);
  t.equal(actionOf('DiscoverVersions', true), undefined);
});

t.test('names the six actions of the events page with their severities', async t => {
  const severities = Object.fromEntries(
    allActions
      .filter(action => action.isDataEvent && !action.isExtension)
      .map(({ name, severity }) => [name, severity]),
  );
  t.strictSame(severities, {
    'hs-crypto.kmip-key.create': 'normal',
    'hs-crypto.kmip-key.read': 'normal',
    'hs-crypto.kmip-key-attributes.retrieve': 'normal',
    'hs-crypto.kmip-key.activate': 'warning',
    'hs-crypto.kmip-key.revoke': 'warning',
    'hs-crypto.kmip-key.destroy': 'critical',
  });
});

t.test('maps the operations of the events page', async t => {
  const expected = {
    'hs-crypto.kmip-key.create': ['Create', 'CreateKeyPair', 'Register', 'ReKey', 'DeriveKey', 'Import'],
    'hs-crypto.kmip-key.read': ['Get', 'Export'],
    'hs-crypto.kmip-key-attributes.retrieve': ['GetAttributes', 'GetAttributeList'],
    'hs-crypto.kmip-key.activate': ['Activate'],
    'hs-crypto.kmip-key.revoke': ['Revoke'],
    'hs-crypto.kmip-key.destroy': ['Destroy'],
    'hs-crypto.kmip-key.list': ['Locate'],
    'hs-crypto.kmip-key-attributes.write': ['AddAttribute', 'ModifyAttribute', 'DeleteAttribute', 'SetAttribute'],
    'hs-crypto.kmip-key.use': ['Encrypt', 'Decrypt', 'Check', 'ObtainLease', 'GetUsageAllocation'],
    'hs-crypto.kmip-key.archive': ['Archive'],
    'hs-crypto.kmip-key.recover': ['Recover'],
  } as const;
  for (const [action, operations] of Object.entries(expected)) {
    for (const operation of operations) t.equal(actionOf(operation, true)?.name, action, operation);
  }
});

t.test('one setting switches the six extensions off, and only those', async t => {
  t.equal(allActions.filter(action => action.isExtension).length, 6);
  t.equal(actionOf('Locate', false), undefined);
  t.equal(actionOf(undefined, false), undefined);
  t.equal(actionOf('Get', false)?.name, 'hs-crypto.kmip-key.read');
});

t.test('computes verb, object and target from the name', async t => {
  t.match(actionNamed('hs-crypto.kmip-key-attributes.retrieve'), {
    verb: 'retrieve',
    object: 'kmip-key-attributes',
    targetTypeUri: 'hs-crypto/kmip-key/attributes',
    resourceType: 'kmip-key',
  });
  t.match(actionNamed('hs-crypto.mtlscert-cert.set'), { verb: 'set', targetTypeUri: 'hs-crypto/mtlscert-cert' });
});
