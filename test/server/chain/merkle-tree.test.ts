import { createHash } from 'node:crypto';
import t from 'tap';
import { checkInclusion, inclusionProof, MerkleTree } from '../../../server/chain/index.ts';

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const recordHashes = Array.from({ length: 70 }, (_, index) => sha256(Buffer.from(`record ${index + 1}`)));

/** RFC 6962 §2.1, word for word. */
function mth(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] as Uint8Array);
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return sha256(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** RFC 6962 §2.1.1, word for word. */
function path(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...path(m, left), mth(right)] : [...path(m - k, right), mth(left)];
}

function treeOf(leaves: readonly Uint8Array[], tree = new MerkleTree()): MerkleTree {
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

t.test('has the root that the definition gives, of every size (RFC 6962 §2.1)', async t => {
  for (let size = 0; size <= recordHashes.length; size++) {
    const leaves = recordHashes.slice(0, size);
    t.strictSame(Buffer.from(treeOf(leaves).root()), mth(leaves), `${size} records`);
  }
});

t.test('goes on from its subtrees as if it had never stopped', async t => {
  for (let size = 0; size <= recordHashes.length; size++) {
    const stopped = treeOf(recordHashes.slice(0, size));
    const resumed = treeOf(recordHashes.slice(size), new MerkleTree(size, stopped.subtrees()));
    t.strictSame(Buffer.from(resumed.root()), mth(recordHashes), `stopped after ${size}`);
  }
});

t.test('refuses subtrees that are not those of its size', async t => {
  t.throws(() => new MerkleTree(3, [new Uint8Array(32)]), RangeError);
  t.throws(() => new MerkleTree(1, [new Uint8Array(31)]), RangeError);
  t.throws(() => new MerkleTree(-1), RangeError);
  t.throws(() => new MerkleTree(0.5), RangeError);
  t.throws(() => new MerkleTree().append(new Uint8Array(33)), RangeError);
  t.throws(() => treeOf(recordHashes.slice(0, 3)).appendSubtree(new Uint8Array(32), 2), RangeError);
  t.throws(() => treeOf(recordHashes.slice(0, 3)).appendSubtree(new Uint8Array(32), 3), RangeError);
});

t.test('counts beyond 32 bits', async t => {
  const tree = new MerkleTree(2 ** 40, [new Uint8Array(32)]);
  tree.append(recordHashes[0] as Uint8Array);
  t.equal(tree.size, 2 ** 40 + 1);
  t.equal(tree.subtrees().length, 2);
});

t.test('proves each record in trees of every size (RFC 6962 §2.1.1)', async t => {
  for (const size of [1, 2, 3, 4, 5, 7, 8, 13, 16, 33, 64, 70]) {
    const leaves = recordHashes.slice(0, size);
    const root = mth(leaves);
    for (let seq = 1; seq <= size; seq++) {
      const proof = await inclusionProof({ seq, size, hashes: leaves });
      if (!t.strictSame(proof.map(Buffer.from), path(seq - 1, leaves), `${seq} of ${size}`)) return;
      const recordHash = leaves[seq - 1] as Uint8Array;
      t.ok(checkInclusion({ seq, size, recordHash, hashes: proof, root }));
      t.notOk(checkInclusion({ seq, size, recordHash: sha256(recordHash), hashes: proof, root }), 'another record');
      if (size > 1)
        t.notOk(checkInclusion({ seq: (seq % size) + 1, size, recordHash, hashes: proof, root }), 'another place');
      t.notOk(checkInclusion({ seq, size, recordHash, hashes: [...proof, root], root }), 'a hash too many');
      t.notOk(checkInclusion({ seq, size, recordHash, hashes: proof, root: sha256(root) }), 'another tree');
    }
  }
});

t.test('proves records where the oldest were removed and only their subtrees are known', async t => {
  const size = recordHashes.length;
  for (const removed of [1, 2, 3, 7, 8, 31, 32, 33, 64, 69]) {
    const start = { size: removed, subtrees: treeOf(recordHashes.slice(0, removed)).subtrees() };
    for (let seq = removed + 1; seq <= size; seq++) {
      const proof = await inclusionProof({ seq, size, start, hashes: recordHashes.slice(removed) });
      if (!t.strictSame(proof.map(Buffer.from), path(seq - 1, recordHashes), `${seq} after ${removed}`)) return;
    }
  }
});

t.test('says which record cannot be proved', async t => {
  const start = { size: 4, subtrees: treeOf(recordHashes.slice(0, 4)).subtrees() };
  await t.rejects(inclusionProof({ seq: 4, size: 8, start, hashes: [] }), { name: 'RangeError' });
  await t.rejects(inclusionProof({ seq: 9, size: 8, hashes: recordHashes }), { name: 'RangeError' });
  await t.rejects(inclusionProof({ seq: 2, size: 8, hashes: recordHashes.slice(0, 7) }), { message: /7 of 8/ });
});
