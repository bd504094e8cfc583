// For property 8 of docs/audit.md: how long it takes to verify a large export.
import {
  canonicalJson,
  exportHeaderLine,
  type ExportSource,
  FIRST_PREV,
  formatVerifierKey,
  MerkleTree,
  nextRecord,
  recordLine,
  signCheckpoint,
  type Verdict,
  verifyExports,
  parseVerifierKey,
  exportCheckpointLine,
} from '../server/chain/index.ts';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';

const BLOCK_BYTES = 1024 * 1024;

/** Verifies an export of so many records of about 1.5 KB, made in memory block by block. `seconds`: of the verifying alone. */
export async function benchVerify(
  records = 1_000_000,
): Promise<{ records: number; bytes: number; seconds: number; verdict: Verdict }> {
  const origin = 'kmipd/bench/audit';
  const { privateKey } = generateKeyPairSync('ed25519');
  const vkey = formatVerifierKey(origin, createPublicKey(privateKey));
  let [bytes, makingMs] = [0, 0];
  function* made(): Generator<Uint8Array> {
    const tree = new MerkleTree();
    let prev = FIRST_PREV;
    let text = `${exportHeaderLine({ origin, firstSeq: 1, firstPrev: prev, subtrees: [] })}\n`;
    let start = performance.now();
    for (let seq = 1; seq <= records; seq++) {
      const record = nextRecord(seq, prev, sample(seq));
      tree.append(Buffer.from(record.hash, 'hex'));
      prev = record.hash;
      text += `${recordLine(record)}\n`;
      if (text.length < BLOCK_BYTES && seq < records) continue;
      if (seq === records) {
        const checkpoint = { origin, size: seq, root: tree.root(), head: prev, time: new Date(0) };
        text += `${exportCheckpointLine(signCheckpoint(checkpoint, privateKey))}\n`;
      }
      const block = Buffer.from(text);
      bytes += block.length;
      text = '';
      makingMs += performance.now() - start;
      yield block;
      start = performance.now();
    }
  }
  const source: ExportSource = { name: 'bench', bytes: made() };
  const start = performance.now();
  const verdict = await verifyExports([source], { keys: [parseVerifierKey(vkey)] });
  return { records, bytes, seconds: (performance.now() - start - makingMs) / 1000, verdict };
}

/** As large and as nested as the event of a Get, in canonical form but for a few values. */
const sample = (() => {
  const event = {
    action: 'hs-crypto.kmip-key.get',
    correlationId: '00000000-0000-4000-8000-000000000000',
    dataEvent: true,
    eventTime: '2026-11-23T05:00:00.00+0000',
    eventType: 'activity',
    id: '00000000-0000-4000-8000-SEQ',
    initiator: {
      credential: { type: 'certificate' },
      id: `CertificateID-${'ab'.repeat(32)}`,
      name: 'vcenter-1',
      typeURI: 'service/security/client/certificateid',
    },
    message: 'kmipd: get key: 00000000-0000-4000-8000-000000000000 -success',
    observer: { name: 'ActivityTracker' },
    outcome: 'success',
    reason: { reasonCode: 200, reasonType: 'OK' },
    requestData: {
      batchItem: 1,
      instanceID: '00000000-0000-4000-8000-000000000000',
      payload: {
        keyFormatType: 'Raw',
        uniqueIdentifier: '00000000-0000-4000-8000-000000000000',
        note: 'x'.repeat(300),
      },
      protocolVersion: '1.1',
      requestURI: '/kmip/get',
      vault: 'default',
    },
    responseData: {
      cryptographicAlgorithm: 'AES',
      cryptographicLength: 256,
      objectType: 'Symmetric Key',
      state: 'Active',
    },
    saveServiceCopy: true,
    severity: 'normal',
    target: { id: 'crn:v1:::kmipd::::managed-key:00000000', name: '', typeURI: 'hs-crypto/kmip-key' },
    typeURI: 'http://schemas.dmtf.org/cloud/audit/1.0/event',
  };
  const [before, after] = canonicalJson(event).split('SEQ') as [string, string];
  return (seq: number) => `${before}${String(seq).padStart(12, '0')}${after}`;
})();

if (process.argv[1]?.endsWith('verify.ts')) {
  const { records, bytes, seconds, verdict } = await benchVerify(Number(process.argv[2] ?? 1_000_000));
  console.log(
    `verify: ${records} records, ${Math.round(bytes / 1e6)} MB: ${seconds.toFixed(1)} s (${verdict.status}), rss ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
}
