import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import {
  checkpointNoteIn,
  formatVerifierKey,
  NoteError,
  openCheckpoint,
  parseCheckpoint,
  parseVerifierKey,
  signCheckpoint,
} from '../../../server/chain/index.ts';

const origin = 'kmipd/test/audit';
const keyPair = generateKeyPairSync('ed25519');
const vkey = formatVerifierKey(origin, keyPair.publicKey);
const checkpoint = {
  origin,
  size: 1234,
  root: Buffer.alloc(32, 7),
  head: 'ab'.repeat(32),
  time: new Date('2026-11-23T04:05:06.789Z'),
};
const note = signCheckpoint(checkpoint, keyPair.privateKey);

t.test('is the note that it should be, line by line (C2SP tlog-checkpoint)', async t => {
  const lines = note.split('\n');
  t.strictSame(lines.slice(0, 6), [
    origin,
    '1234',
    'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=',
    `head ${'ab'.repeat(32)}`,
    'time 2026-11-23T04:05:06.789Z',
    '',
  ]);
  t.match(lines[6], /^— kmipd\/test\/audit [A-Za-z0-9+/]{90,}={0,2}$/);
  t.strictSame(lines.slice(7), ['']);
  t.strictSame(openCheckpoint(note, parseVerifierKey(vkey)), checkpoint);
  t.strictSame(parseCheckpoint(note), checkpoint);
});

t.test('is signed and hashed as openssl does it (RFC 8032, C2SP signed-note)', async t => {
  const folder = t.testdir({ text: note.slice(0, note.indexOf('\n\n') + 1) });
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  openssl('genpkey', '-algorithm', 'ed25519', '-out', file('key.pem'));
  const raw = openssl('pkey', '-in', file('key.pem'), '-pubout', '-outform', 'DER').subarray(-32);
  openssl('pkeyutl', '-sign', '-rawin', '-inkey', file('key.pem'), '-in', file('text'), '-out', file('signature'));
  const signature = execFileSync('cat', [file('signature')]);

  const idInput = Buffer.concat([Buffer.from(`${origin}\n\x01`), raw]);
  const id = execFileSync('openssl', ['dgst', '-sha256', '-binary'], { input: idInput }).subarray(0, 4);
  const byHand = `${origin}+${id.toString('hex')}+${Buffer.concat([Buffer.of(1), raw]).toString('base64')}`;
  const key = createPrivateKey(execFileSync('cat', [file('key.pem')]));
  t.equal(formatVerifierKey(origin, parseVerifierKey(byHand).publicKey), byHand);
  t.equal(
    signCheckpoint(checkpoint, key),
    `${note.slice(0, note.indexOf('\n\n') + 2)}— ${origin} ${Buffer.concat([id, signature]).toString('base64')}\n`,
  );
  t.strictSame(openCheckpoint(signCheckpoint(checkpoint, key), parseVerifierKey(byHand)), checkpoint);
});

t.test('reads the verifier key of the specification (C2SP signed-note)', async t => {
  const key = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  t.equal(key.name, 'PeterNeumann');
  t.equal(key.keyId, 'c74f20a3');
  t.equal(
    formatVerifierKey(key.name, key.publicKey),
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  );
});

t.test('finds every bit that is flipped in a note', async t => {
  const key = parseVerifierKey(vkey);
  const bytes = Buffer.from(note);
  let found = 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      openCheckpoint(flipped.toString(), key);
      t.fail(`bit ${bit & 7} of byte ${bit >> 3}`);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      found++;
    }
  }
  t.equal(found, bytes.length * 8);
});

t.test('tells a key that did not sign from a wrong signature', async t => {
  const other = parseVerifierKey(formatVerifierKey(origin, generateKeyPairSync('ed25519').publicKey));
  const thrown = (open: () => unknown): unknown => {
    try {
      return open();
    } catch (error) {
      return error;
    }
  };
  t.match(
    thrown(() => openCheckpoint(note, other)),
    { name: 'NoteError', isOtherKey: true },
  );
  t.match(
    thrown(() => openCheckpoint(note.replace('1234', '1235'), parseVerifierKey(vkey))),
    { name: 'NoteError', isOtherKey: false },
  );
});

t.test('takes no key but one in its form', async t => {
  for (const text of [
    '',
    'a',
    'a+b+c',
    vkey.replace(/.$/, ''),
    vkey.replace('kmipd', 'kmipe'),
    `${vkey}\n`,
    ` ${vkey}`,
  ]) {
    t.throws(() => parseVerifierKey(text), NoteError, JSON.stringify(text));
  }
  t.throws(() => formatVerifierKey('a b', keyPair.publicKey), NoteError);
  t.throws(() => formatVerifierKey('a', generateKeyPairSync('x25519').publicKey), NoteError);
});

t.test('takes no text but a checkpoint', async t => {
  const damaged = [
    ['', /no signed note/],
    ['\n\n', /signature line/],
    [note.replace('1234', '01234'), /number of records/],
    [note.replace('1234', '99999999999999999999'), /number of records/],
    [note.replace('BwcH', 'Bwc'), /hash in base64/],
    [note.replace('head', 'tail'), /no head/],
    [note.replace('06.789Z', '06.789'), /no time/],
    [note.replace('—', '-'), /signature line/],
    [note.replace('1234', '12\t34'), /control character/],
    [`${note}\n`, /./],
  ] as const;
  for (const [text, message] of damaged) t.throws(() => parseCheckpoint(text), { name: 'NoteError', message });
});

t.test('is found in the event that tells of it, and in no other', async t => {
  const event = {
    initiator: { id: 'kmipd' },
    responseData: { action: 'checkpoint signed', checkpoint: note.trimEnd().split('\n') },
  };
  t.equal(checkpointNoteIn(event), note);
  t.equal(checkpointNoteIn(JSON.stringify(event)), note);
  for (const other of [
    { ...event, initiator: { id: 'CertificateID-1' } },
    { ...event, responseData: { ...event.responseData, action: 'service started' } },
    { ...event, responseData: { ...event.responseData, checkpoint: [{ toString: 1 }] } },
    'not JSON with "checkpoint signed"',
    null,
    1,
  ]) {
    t.equal(checkpointNoteIn(other), undefined);
  }
});
