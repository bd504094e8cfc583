import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const script = fileURLToPath(new URL('../../scripts/check-citations.mjs', import.meta.url));
const check = (root: string, specification = join(root, 'spec')) =>
  spawnSync(process.execPath, [script, root], {
    encoding: 'utf8',
    env: { ...process.env, KMIP_SPEC: specification },
  });

/** The section sign, kept out of this file's text so that its wrong citations are not taken for ours. */
const S = '\u00a7';

const spec = {
  'kmip-spec-v1.4.txt':
    'CONTENTS\n\n    1-9      4 Operations\n    2-3        4.1 Create\n    4-5        4.11 Get\n   10-12   Appendix B Tags\n\n# 4 Operations\n  7-8   9.9 not contents\n',
  'kmip-spec-v2.1.txt': 'CONTENTS\n\n    1-9      6 Operations\n    2-3        6.1.19 Get\n\n# 6 Operations\n',
  'kmip-addtl-msg-enc-v1.0.txt': '    1-9      4 JSON\n    2-3        4.1.3 Names\n# 4 JSON\n',
};

t.test('accepts citations of sections that exist', async t => {
  const root = t.testdir({
    spec,
    docs: { 'a.md': `Get is 2.1 ${S}6.1.19.` },
    'a.ts': `// Get (2.1 ${S}6.1.19, 1.4 ${S}4.11); 1.4 ${S}4.1 and ${S}4.11\n/** see 1.4\n * ${S}B; Encodings 1.0 ${S}4.1.3 */`,
  });
  const { status, stdout, stderr } = check(root);
  t.equal(stderr, '');
  t.equal(stdout, 'citations: 7 looked up, 0 wrong\n');
  t.equal(status, 0);
});

const wrong: [citation: string, complaint: string][] = [
  [`2.1 ${S}6.1.99`, `2.1 ${S}6.1.99: no such section`],
  [`1.4 ${S}4.11, ${S}4.12`, `1.4 ${S}4.12: no such section`],
  [`1.4 ${S}9.9`, `1.4 ${S}9.9: no such section`],
  [`1.4 ${S}4.1.3`, `1.4 ${S}4.1.3: no such section`],
  [`1.4 ${S}Z`, `1.4 ${S}Z: no such section`],
  [`1.9 ${S}4.1`, `1.9 ${S}4.1: no such text`],
];

t.test('names file and line of a citation of a section that does not exist', async t => {
  for (const [citation, complaint] of wrong) {
    const { status, stderr } = check(t.testdir({ spec, server: { 'a.ts': `\n\n/** Get: ${citation}. */\n` } }));
    t.ok(stderr.startsWith(`server/a.ts:3: ${complaint}`), `${citation}: ${stderr}`);
    t.equal(stderr.trimEnd().split('\n').length, 1, 'one line for one fault');
    t.equal(status, 1);
  }
});

t.test('leaves sections of other documents alone', async t => {
  const { status, stdout } = check(t.testdir({ spec, 'a.ts': `// RFC 5280 ${S}4.2.1, TLS 1.3 ${S}4.4` }));
  t.equal(stdout, 'citations: 0 looked up, 0 wrong\n');
  t.equal(status, 0);
});

t.test('says plainly that there is no specification to look in', async t => {
  const root = t.testdir({ 'a.ts': `// 1.4 ${S}99` });
  const { status, stdout } = check(root, join(root, 'nowhere'));
  t.match(stdout, /^citations: left out, no specification at .*nowhere\n$/);
  t.equal(status, 0);
});

t.test('fails when the folder holds no text of a specification', async t => {
  const { status, stderr } = check(t.testdir({ spec: { 'notes.txt': '' } }));
  t.match(stderr, /holds no text named like kmip-spec-v1\.4\.txt/);
  t.equal(status, 1);
});
