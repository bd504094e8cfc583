import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  type AuditEvent,
  buildEvent,
  type DeliveredEvent,
  type Occurrence,
  serviceIdentity,
  toKept,
} from '../../../../server/audit/index.ts';
import { FIRST_PREV, nextRecord } from '../../../../server/chain/index.ts';

/** Its name has what CEF and CSV must escape, too. */
export const service = serviceIdentity({
  serviceName: 'Keys | "a=b", c\\d',
  instanceId: '0f6f4a0c-2c11-4c9b-9a57-6c1f4f1f0a11',
});

/** The event as the log hands it out, at its first place unless said. */
export function delivered(event: AuditEvent, seq = 1, prev = FIRST_PREV): DeliveredEvent {
  const { id, json } = toKept(event);
  return { id, ...nextRecord(seq, prev, json) };
}

const folder = new URL('../examples/', import.meta.url);

/** The twelve examples as one log. */
export function examples(): DeliveredEvent[] {
  const log: DeliveredEvent[] = [];
  for (const name of readdirSync(folder).sort()) {
    const event = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as AuditEvent;
    log.push(delivered(event, log.length + 1, log.at(-1)?.hash));
  }
  return log;
}

const pieces = ['|', '=', '\\', '"', "'", ',', ' ', '\n', '\r', '\r\n', '\t', '\0', '\u001b[31m', '\u007f', '\u0085'];
const tricks = [
  '\u2028',
  '\u2029',
  '\u202e',
  '\ufeff',
  '\ud800',
  '\udfff',
  '😀',
  'ü',
  '\\n',
  '\\u{a}',
  ' act=x',
  '|0|',
];
const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '=cmd|x', '\t=1', 'CEF:0|a|b|c|d|e|9|', '#', '\ufeff=1'];

/** What a client may send to forge a line, a field or a formula. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...pieces, ...tricks, ...formulas, 'a', 'Z', '0') }),
  fc.constantFrom(...formulas),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Host addresses, alone and within other text. */
export const addressText: fc.Arbitrary<string> = fc
  .tuple(
    hostileText,
    fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('127.77.66.55:5696', '[::1]:5696', '::ffff:7f4d:4237')),
  )
  .map(([before, address]) => `${before} ${address} behind`);

/** Events whose every part that a client or an administrator chooses is one of these texts. */
export const eventOf = (text: fc.Arbitrary<string>): fc.Arbitrary<DeliveredEvent> =>
  fc
    .record({
      operation: fc.constantFrom('Get', 'Create', 'Destroy', 'Locate', 'AddAttribute', undefined),
      texts: fc.tuple(text, text, text, text, text, text),
      isNamed: fc.boolean(),
      isFailure: fc.boolean(),
      seq: fc.integer({ min: 1, max: 1_000_000 }),
    })
    .map(({ operation, texts, isNamed, isFailure, seq }) => {
      const [name, identifier, vault, asked, told, detail] = texts;
      const occurrence: Occurrence = {
        id: randomUUID(),
        time: new Date('2026-11-22T07:31:04.279Z'),
        operation,
        version: operation === undefined ? undefined : '1.4',
        initiator: { id: `CertificateID-${'ab'.repeat(32)}`, ...(isNamed && { name }) },
        outcome:
          isFailure || operation === undefined
            ? { ok: false, cause: 'bad request', resultReason: 'Invalid Field', detail, reasonForFailure: detail }
            : { ok: true },
        ...(identifier !== '' && { uniqueIdentifier: identifier }),
        ...(vault !== '' && { vault }),
        requestData: { uniqueIdentifier: identifier, attributes: [asked], deep: { er: [told] } },
        responseData: { name: told },
        correlationId: randomUUID(),
      };
      const event = buildEvent(occurrence, service);
      if (!event) throw new Error(`${operation} made no event`);
      return delivered(event, seq, seq === 1 ? FIRST_PREV : 'cd'.repeat(32));
    });

export const hostileEvent = eventOf(hostileText);
export const addressEvent = eventOf(addressText);

/** Everything that a receiver could take for the end of a line, or that does not show. */
export const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029\ufeff\u202a-\u202e]|\p{Cs}/u;

export const eventIn = ({ json }: DeliveredEvent): AuditEvent => JSON.parse(json) as AuditEvent;
