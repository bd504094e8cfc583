import t from 'tap';
import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  ObjectType,
  Operation,
  V1_1,
} from '../../../kmip-codec/index.ts';
import { template } from '../operations/world.ts';
import { runServer } from '../running-server.ts';

t.test('a client makes a key and gets it', async t => {
  const server = await runServer(t);
  const vcenter = await server.addClient('vcenter');
  const client = await server.connect(vcenter);
  const { uniqueIdentifier } = await client.request(
    Operation.Create,
    {
      objectType: ObjectType.SymmetricKey,
      attributes: template(
        [CryptographicAlgorithm, CryptographicAlgorithm.AES],
        [CryptographicUsageMask, 12],
        [CryptographicLength, 256],
      ),
    },
    { version: V1_1 },
  );
  const got = await client.request(Operation.Get, { uniqueIdentifier }, { version: V1_1 });
  t.equal(got.uniqueIdentifier, uniqueIdentifier);
  t.match(await server.events(), [
    { action: /create/, initiator: { id: vcenter.initiatorId, name: 'vcenter' } },
    { action: /read|get|retrieve/ },
  ]);
});
