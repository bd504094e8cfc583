import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CodecError, decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../../kmip-codec/index.ts';

// Messages that others made. They are not ours to keep here: the environment says where they are.
const capturesFolder = process.env['KMIP_CAPTURES'];

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(ending))
    .sort();

/** Decodes, checks that every payload was understood, and encodes. */
function again(bytes: Buffer, way: 'request' | 'response'): Buffer {
  if (way === 'request') {
    const { version, message } = decodeRequest(bytes);
    for (const { requestPayload } of message.batchItems ?? [])
      if (requestPayload instanceof CodecError) throw requestPayload;
    return encodeRequest(message, version);
  }
  const { version, message } = decodeResponse(bytes);
  for (const { responsePayload } of message.batchItems ?? [])
    if (responsePayload instanceof CodecError) throw responsePayload;
  return encodeResponse(message, version);
}

t.test('every message of a recorded vCenter comes back as the same bytes', async t => {
  if (capturesFolder === undefined) return t.comment('left out: KMIP_CAPTURES does not say where the recordings are');
  let messages = 0;
  for (const name of filesIn(capturesFolder, '.hex')) {
    const bytes = Buffer.from(readFileSync(join(capturesFolder, name), 'utf8').trim(), 'hex');
    t.equal(
      again(bytes, name.includes('.request.') ? 'request' : 'response').toString('hex'),
      bytes.toString('hex'),
      name,
    );
    messages++;
  }
  for (const name of filesIn(capturesFolder, 'sessions.json')) {
    const { sessions } = JSON.parse(readFileSync(join(capturesFolder, name), 'utf8')) as {
      sessions: { frames: { way: 'request' | 'response'; hex: string }[] }[];
    };
    for (const { way, hex } of sessions.flatMap(session => session.frames)) {
      const same = again(Buffer.from(hex, 'hex'), way).toString('hex') === hex;
      if (!same) t.fail(`${name}: a ${way} is not the same again`);
      messages++;
    }
  }
  t.ok(messages > 32, `${messages} messages`);
});
