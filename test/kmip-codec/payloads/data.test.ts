import t from 'tap';
import {
  CodecError,
  Data,
  DataReference,
  decodeItemAs,
  encodeItemAs,
  registry,
  V1_4,
  V2_0,
  V2_1,
} from '../../../kmip-codec/index.ts';

const [encrypt] = registry.Data.values.Encrypt;

t.test('data are bytes, in 2.x also an enumeration or an integer (2.1 §7.9)', async t => {
  for (const version of [V2_0, V2_1])
    for (const value of [Buffer.from('ab'), new DataReference('origin', encrypt), new DataReference('index', -1)]) {
      const bytes = encodeItemAs(Data, value as Uint8Array, version);
      t.same(decodeItemAs(Data, bytes, version), value);
      t.equal(Data.describe(decodeItemAs(Data, bytes, version)), undefined, 'no event shows them');
    }
  const number = encodeItemAs(Data, new DataReference('index', 0) as unknown as Uint8Array, V2_1);
  t.throws(() => decodeItemAs(Data, number, V1_4), CodecError, 'bytes only before');
});
