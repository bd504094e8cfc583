import t from 'tap';
import { registry } from '../../../kmip-codec/index.ts';
import { change, value, type Step } from './change.ts';
import { playChanged } from './played.ts';

const payload: Step[] = ['BatchItem', 'ResponsePayload'];
const { ECDSAWithSHA256 } = registry.DigitalSignatureAlgorithm.values;

/** How the case ends where the answers are changed at these places. */
const played = (changes: readonly (readonly [exchange: number, at: readonly Step[], to: unknown])[]) =>
  playChanged('single/OWN-M-4-14', (answer, index) =>
    changes
      .filter(([exchange]) => exchange === index)
      .reduce((changed, [, at, to]) => change(changed, at, value(to as string)), answer),
  );
const inAttribute = (index: number, ...more: Step[]): Step[] => [
  ...payload,
  ['Attribute', index],
  'AttributeValue',
  ...more,
];

t.test('who has issued a certificate, and what follows from it, is the server’s (1.4 §4.7)', async t => {
  const { status, failure, tolerances } = await played([
    [1, [...payload, 'Certificate', 'CertificateValue'], Buffer.from('300101', 'hex')],
    [2, inAttribute(0, 'CertificateIssuerDistinguishedName'), 'CN=somebody'],
    [2, inAttribute(2), 3],
    [2, inAttribute(3), ECDSAWithSHA256[0]],
  ]);
  t.equal(status, 'passed', JSON.stringify(failure));
  t.ok(tolerances.includes('issued-certificate'));
});

t.test('whom it is for is not', async t => {
  const { status } = await played([[2, inAttribute(1, 'CertificateSubjectDistinguishedName'), 'CN=somebody']]);
  t.equal(status, 'failed');
});
