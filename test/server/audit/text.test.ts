import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { cut, visible } from '../../../server/audit/text.ts';

t.test('shows every character that could forge or turn a line', async t => {
  const cases = [
    ['a\nb', 'a\\u{a}b'],
    ['a\r\n\t\0b', 'a\\u{d}\\u{a}\\u{9}\\u{0}b'],
    ['\x1b[31mred', '\\u{1b}[31mred'],
    ['\x7f\x85\x9b', '\\u{7f}\\u{85}\\u{9b}'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['\u202eevil\u2066', '\\u{202e}evil\\u{2066}'],
    ['\u200b\u200d\ufeff\u00ad', '\\u{200b}\\u{200d}\\u{feff}\\u{ad}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800x\udc00', '\\u{d800}x\\u{dc00}'],
  ] as const;
  for (const [text, expected] of cases) t.equal(visible(text), expected);
});

t.test('leaves printable text of any script alone', async t => {
  for (const text of ['', 'vcsa-01 (KMIP client)', 'Schlüssel für München', '鍵サーバー', '🔑 key', 'C:\\keys']) {
    t.equal(visible(text), text);
  }
});

t.test('what is shown has no controls, no separators and no half characters', async () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('', '\ud800', '\u202e\n'),
      (text, more) => {
        const shown = visible(text + more);
        return !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(shown);
      },
    ),
    { numRuns: 5_000 },
  );
});

t.test('cuts a long text and says its length and SHA-256', async t => {
  const text = 'key '.repeat(1_000);
  const digest = createHash('sha256').update(text).digest('hex');
  const shortened = cut(text, 1_024);
  t.equal(shortened.length, 1_024);
  t.ok(shortened.startsWith('key key '));
  t.ok(shortened.endsWith(`... [cut, 4000 characters, SHA-256 ${digest}]`));
  t.equal(cut(text, 4_000), text);
});

t.test('does not cut through a surrogate pair', async t => {
  for (let length = 128; length < 140; length++) t.notMatch(cut('🔑'.repeat(200), length), /\p{Cs}/u);
});
