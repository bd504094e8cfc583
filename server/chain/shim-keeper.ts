import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
export * from './index.ts';
export class NoteError extends Error {}
const h = (...p: Uint8Array[]) => createHash('sha256').update(Buffer.concat(p)).digest();
export class MerkleTree {
  size: number;
  #s: Uint8Array[];
  constructor(size = 0, subtrees: readonly Uint8Array[] = []) {
    this.size = size;
    this.#s = [...subtrees];
  }
  append(leaf: Uint8Array) {
    let n = h(Buffer.from([0]), leaf);
    for (let b = this.size; b % 2 === 1; b = (b - 1) / 2) n = h(Buffer.from([1]), this.#s.pop()!, n);
    this.#s.push(n);
    this.size++;
  }
  root() {
    return this.#s.length === 0 ? h() : [...this.#s].reduceRight((r, l) => h(Buffer.from([1]), l, r));
  }
  subtrees() {
    return [...this.#s];
  }
}
export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
  head: string;
  time: Date;
}
export interface VerifierKey {
  name: string;
  keyId: string;
  publicKey: KeyObject;
}
const raw = (k: KeyObject) => Buffer.from(k.export({ format: 'jwk' }).x!, 'base64url');
const idOf = (name: string, k: KeyObject) => h(Buffer.from(`${name}\n`), Buffer.from([1]), raw(k)).subarray(0, 4);
export const formatVerifierKey = (name: string, k: KeyObject) =>
  `${name}+${idOf(name, k).toString('hex')}+${Buffer.concat([Buffer.from([1]), raw(k)]).toString('base64')}`;
export function parseVerifierKey(t: string): VerifierKey {
  const [name = '', keyId = '', b = ''] = t.split(/\+(.{8})\+/);
  const x = Buffer.from(b, 'base64').subarray(1).toString('base64url');
  return { name, keyId, publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
}
export function signCheckpoint(c: Checkpoint, key: KeyObject) {
  const text = `${c.origin}\n${c.size}\n${Buffer.from(c.root).toString('base64')}\nhead ${c.head}\ntime ${c.time.toISOString()}\n`;
  return `${text}\n— ${c.origin} ${Buffer.concat([idOf(c.origin, createPublicKey(key)), sign(null, Buffer.from(text), key)]).toString('base64')}\n`;
}
export function parseCheckpoint(n: string): Checkpoint {
  const [origin, size, root, head, time] = n.split('\n');
  if (!time?.startsWith('time ')) throw new NoteError('no');
  return {
    origin: origin!,
    size: Number(size),
    root: Buffer.from(root!, 'base64'),
    head: head!.slice(5),
    time: new Date(time.slice(5)),
  };
}
export function openCheckpoint(n: string, key: VerifierKey) {
  const i = n.indexOf('\n\n');
  const sig = Buffer.from(n.slice(i).trim().split(' ')[2] ?? '', 'base64');
  if (
    sig.subarray(0, 4).toString('hex') !== key.keyId ||
    !verify(null, Buffer.from(n.slice(0, i + 1)), key.publicKey, sig.subarray(4))
  )
    throw new NoteError('bad');
  return parseCheckpoint(n);
}
export function checkpointNoteIn(json: string): string {
  return JSON.parse(json).responseData.checkpoint.join('\n') + '\n';
}
