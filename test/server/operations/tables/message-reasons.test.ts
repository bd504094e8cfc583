import t from 'tap';
import {
  AttestationType,
  CredentialType,
  Operation,
  ResultReason,
  showVersion,
  supportedVersions,
  V1_2,
  V2_0,
  V2_1,
  type Credential,
  type RequestBatchItem,
  type Version,
} from '../../../../kmip-codec/index.ts';
import { operations } from '../../../../server/operations/index.ts';
import { runServer, type BatchOptions, type KmipClient } from '../../running-server.ts';

/** The Result Reason of one item that has no payload. */
async function reasonOf(client: KmipClient, item: RequestBatchItem, options: BatchOptions): Promise<string> {
  const { batchItems: [answer] = [] } = await client.batch([item], options);
  return ResultReason.names.show(answer!.resultReason!);
}
const isIn = (operation: number, version: Version) => Operation.names.isKnownIn(operation, version);

t.test('what is wrong with the message is told alike for every operation (1.4 §11.1, 2.1 §11.49)', async t => {
  const server = await runServer(t, { settings: { 'operations.interop': true } });
  const client = await server.connect(await server.addClient('a'));
  const foreign = { vendorIdentification: 'x', criticalityIndicator: true, vendorExtension: [] };
  for (const operation of operations.keys())
    for (const version of supportedVersions) {
      const says = `${Operation.names.show(operation)} in ${showVersion(version)}`;
      const told = (item: Partial<RequestBatchItem>, header = {}) =>
        reasonOf(client, { operation, ...item }, { version, header });
      if (!isIn(operation, version)) {
        t.equal(await told({}), 'Operation Not Supported', says);
        continue;
      }
      t.equal(await told({}), 'Invalid Message', `${says} without its payload`);
      t.equal(
        await told({}, { maximumResponseSize: 1 }),
        'Response Too Large',
        `${says} for whom any answer is too large`,
      );
      const extended = version < V2_0 ? { messageExtension: foreign } : { messageExtensions: [foreign] };
      t.equal(await told(extended), 'Feature Not Supported', `${says} with a critical extension`);
    }
});

t.test('an attestation that nobody asked for fails, whatever the operation (1.4 §11.1)', async t => {
  const server = await runServer(t);
  const identity = await server.addClient('a');
  const credential = {
    credentialType: CredentialType.Attestation,
    credentialValue: {
      nonce: { nonceID: Buffer.from('id'), nonceValue: Buffer.from('value') },
      attestationType: AttestationType.TPMQuote,
      attestationMeasurement: Buffer.from('measured'),
    },
  };
  for (const operation of operations.keys())
    for (const version of [V1_2, V2_1].filter(one => isIn(operation, one))) {
      const client = await server.connect(identity);
      const header = { authentication: { credentials: [credential as Credential] } };
      const told = await reasonOf(client, { operation }, { version, header });
      t.equal(told, 'Attestation Failed', `${Operation.names.show(operation)} in ${showVersion(version)}`);
    }
});
