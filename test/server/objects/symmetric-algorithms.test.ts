import t from 'tap';
import { CryptographicAlgorithm as Algorithm } from '../../../kmip-codec/index.ts';
import {
  findSymmetricAlgorithm,
  lengthOfMaterial,
  materialBytes,
  setOddParity,
} from '../../../server/objects/index.ts';

t.test('every algorithm allows its usual length and refuses none, odd and endless ones', async t => {
  const found = Object.values(Algorithm.names.table.values).flatMap(([value]) => findSymmetricAlgorithm(value) ?? []);
  t.equal(found.length, 27);
  for (const one of found) {
    if (one.defaultLength !== undefined) t.ok(one.allows(one.defaultLength), one.name);
    for (const length of [0, -8, 7, 127, 1 << 30]) t.notOk(one.allows(length), `${one.name} ${length}`);
  }
});

t.test('algorithms of key pairs, hashes and numbers without a name have no symmetric keys', async t => {
  for (const value of [Algorithm.RSA, Algorithm.ECDSA, Algorithm.DH, Algorithm.SHA3_256, 0x80000001, 0])
    t.equal(findSymmetricAlgorithm(value), undefined);
});

t.test('Triple DES counts bits with or without parity, and keeps whole bytes', async t => {
  const des3 = findSymmetricAlgorithm(Algorithm.DES3)!;
  t.same(
    [112, 128, 168, 192].map(length => materialBytes(des3, length)),
    [16, 16, 24, 24],
  );
  t.equal(lengthOfMaterial(des3, 24), 168);
  t.equal(lengthOfMaterial(findSymmetricAlgorithm(Algorithm.AES)!, 32), 256);
  t.equal(materialBytes(findSymmetricAlgorithm(Algorithm.SKIPJACK)!, 80), 10);
});

t.test('odd parity is set in the lowest bit of each byte, the others stay', async t => {
  const key = Uint8Array.from({ length: 256 }, (_, i) => i);
  setOddParity(key);
  key.forEach((byte, i) => {
    const ones = [...byte.toString(2)].filter(bit => bit === '1').length;
    if (ones % 2 !== 1 || byte >> 1 !== i >> 1) t.fail(`byte ${i} became ${byte}`);
  });
  t.same([...key.slice(0, 4)], [1, 1, 2, 2]);
});
