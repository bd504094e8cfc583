import t from 'tap';
import { BlockCipherMode, Operation, PaddingMethod, ProtectStopDate } from '../../../kmip-codec/index.ts';
import { openWorld } from './world.ts';

const cbc = { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.PKCS5, randomIV: true } as const;
const data = Buffer.from('some text');

void t.test('encrypts with a key and takes it back with the IV it gave (1.4 §4.29, §4.30)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey();
  const request = { uniqueIdentifier, cryptographicParameters: cbc, data };
  t.equal(await world.outcome(Operation.Encrypt, request), 'Permission Denied', 'Pre-Active');
  await world.run(Operation.Activate, { uniqueIdentifier });
  const { data: encrypted, ivCounterNonce } = await world.run(Operation.Encrypt, request);
  t.equal(encrypted?.length, 16);
  const back = { uniqueIdentifier, cryptographicParameters: cbc, data: encrypted };
  t.equal(await world.outcome(Operation.Decrypt, back), 'Invalid Message', 'without its IV');
  const decrypted = await world.run(Operation.Decrypt, { ...back, ivCounterNonce });
  t.equal(Buffer.from(decrypted.data!).toString(), 'some text');
  t.equal(await world.outcome(Operation.Encrypt, { ...request, initIndicator: true }), 'Feature Not Supported');
});

void t.test('protects nothing after the Protect Stop Date (1.4 §3.26)', async t => {
  const world = await openWorld(t);
  const uniqueIdentifier = await world.createKey([ProtectStopDate, new Date('2030-01-01T01:00:00Z')]);
  await world.run(Operation.Activate, { uniqueIdentifier });
  const request = { uniqueIdentifier, cryptographicParameters: cbc, data };
  t.equal(await world.outcome(Operation.Encrypt, request), 'Success');
  world.later(7200);
  t.equal(await world.outcome(Operation.Encrypt, request), 'Permission Denied');
});
