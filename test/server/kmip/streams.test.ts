import t from 'tap';
import {
  BatchErrorContinuationOption,
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  ObjectType,
  Operation,
  PaddingMethod,
  UsageLimits,
  UsageLimitsUnit,
  V1_3,
  V2_1,
  type RequestBatchItem,
  type ResponseBatchItem,
} from '../../../kmip-codec/index.ts';
import { ConflictError, type Store } from '../../../server/store/index.ts';
import { template } from '../operations/world.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { endings, getItem, itemFor, NOBODYS } from './messages.ts';

const { Continue, Undo } = BatchErrorContinuationOption;
const cbc = { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.PKCS5, randomIV: true } as const;
const limits = { usageLimitsTotal: 1000n, usageLimitsCount: 1000n, usageLimitsUnit: UsageLimitsUnit.Byte };

/** An active key of 256 bits that may protect 1000 bytes. */
async function limitedKey(client: KmipClient): Promise<string> {
  const attributes = template(
    [CryptographicAlgorithm, CryptographicAlgorithm.AES],
    [CryptographicLength, 256],
    [CryptographicUsageMask, CryptographicUsageMask.Encrypt | CryptographicUsageMask.Decrypt],
    [UsageLimits, limits],
  );
  const made = await client.request(Operation.Create, { objectType: ObjectType.SymmetricKey, attributes });
  await client.request(Operation.Activate, { uniqueIdentifier: made.uniqueIdentifier });
  return made.uniqueIdentifier;
}

const part = (uniqueIdentifier: string, more: object): RequestBatchItem => ({
  operation: Operation.Encrypt,
  requestPayload: { uniqueIdentifier, cryptographicParameters: cbc, data: Buffer.alloc(20, 1), ...more },
});
const first = (uniqueIdentifier: string) => part(uniqueIdentifier, { initIndicator: true });

interface Encrypted {
  readonly data?: Uint8Array;
  readonly correlationValue?: Uint8Array;
  readonly ivCounterNonce?: Uint8Array;
}
const payloadOf = (item: ResponseBatchItem | undefined): Encrypted => item?.responsePayload as Encrypted;

/** A store that says of the first try of every change but the first ones that somebody was faster. */
const contended = (store: Store, from: () => boolean): Store => {
  let isSecondTry = false;
  return {
    ...store,
    directory: store.directory,
    begin() {
      const unit = store.begin();
      let hasChanges = false;
      return new Proxy(unit, {
        get(target, name) {
          if (name === 'update') hasChanges = true;
          if (name === 'commit' && hasChanges && from() && (isSecondTry = !isSecondTry))
            return () => Promise.reject(new ConflictError('too late'));
          const member = Reflect.get(target, name) as unknown;
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    },
    generation: () => store.generation(),
    close: () => store.close(),
  };
};

void t.test(
  'a part counts once, and is computed once, though its message is tried again (1.4 §3.21, §4.29)',
  async t => {
    let isContended = false;
    let conflicts = 0;
    const server = await runServer(t, {
      store: store =>
        contended(store, () => {
          if (isContended) conflicts++;
          return isContended;
        }),
    });
    const client = await server.connect(await server.addClient('a'));
    const key = await limitedKey(client);
    isContended = true;
    const begun = await client.batch([first(key)]);
    const { correlationValue, ivCounterNonce, data } = payloadOf(begun.batchItems?.[0]);
    const then = await client.batch([part(key, { correlationValue })]);
    t.same(endings(then), ['Success']);
    const last = await client.batch([part(key, { correlationValue, finalIndicator: true })]);
    isContended = false;
    t.ok(conflicts >= 3, `${conflicts} messages were tried again`);
    const pieces = [data, payloadOf(then.batchItems?.[0]).data, payloadOf(last.batchItems?.[0]).data];
    const encrypted = Buffer.concat(pieces.map(one => one ?? Buffer.alloc(0)));
    const request = { uniqueIdentifier: key, cryptographicParameters: cbc, data: encrypted, ivCounterNonce };
    const decrypted = await client.request(Operation.Decrypt, request);
    t.same(Buffer.from(decrypted.data!), Buffer.alloc(60, 1));
    const { attributes } = await client.request(Operation.GetAttributes, {
      uniqueIdentifier: key,
      attributeNames: ['Usage Limits'],
    });
    t.match(attributes?.[0]?.value, { usageLimitsCount: 940n });
  },
);

void t.test(
  'who is another client finds no computation, nor does anybody in another version of it that failed',
  async t => {
    const server = await runServer(t);
    const client = await server.connect(await server.addClient('a'));
    const colleague = await server.connect(await server.addClient('b'));
    const key = await limitedKey(client);
    const begun = payloadOf((await client.batch([first(key)])).batchItems?.[0]);
    const { correlationValue } = begun;
    const next = part(key, { correlationValue });
    t.same(endings(await colleague.batch([next])), ['Item Not Found'], 'of the same vault');
    t.same(endings(await colleague.batch([next], { version: V2_1 })), ['Invalid Correlation Value']);
    t.same(endings(await client.batch([next], { version: V1_3 })), ['Success'], 'its own client goes on');

    const twice = await client.batch([next, next], { header: { batchErrorContinuationOption: Continue } });
    t.same(endings(twice), ['Success', 'Item Not Found'], 'a batch brings one part');
    t.same(endings(await client.batch([next])), ['Success'], 'and loses none');
    const undone = await client.batch([next, getItem(NOBODYS)], { header: { batchErrorContinuationOption: Undo } });
    t.same(endings(undone), ['Operation Undone', 'Item Not Found']);
    t.same(endings(await client.batch([next])), ['Item Not Found'], 'a part that was undone ends it');
  },
);

void t.test('a computation ends with its key’s being Active', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const key = await limitedKey(client);
  const { correlationValue } = payloadOf((await client.batch([first(key)])).batchItems?.[0]);
  await client.request(Operation.Revoke, { uniqueIdentifier: key, revocationReason: { revocationReasonCode: 1 } });
  t.same(endings(await client.batch([part(key, { correlationValue })])), ['Permission Denied']);
  t.same(endings(await client.batch([itemFor(Operation.Destroy, key)])), ['Success']);
  t.same(endings(await client.batch([part(key, { correlationValue })])), ['Permission Denied']);
});

void t.test('no event shows what was encrypted', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const key = await limitedKey(client);
  const data = Buffer.from('a text that nobody else may read');
  const { batchItems } = await client.batch([part(key, { data })]);
  const shown = JSON.stringify(await server.events());
  t.match(shown, /encrypt/i);
  for (const secret of [data, Buffer.from(payloadOf(batchItems?.[0]).data!)])
    for (const encoding of ['utf8', 'hex', 'base64'] as const) t.notOk(shown.includes(secret.toString(encoding)));
});
