import t from 'tap';
import type { ShownClient, ShownClientInFull } from '../../../server/admin/index.ts';
import { certificate, fakeManager, Refuse } from './fake-manager.ts';
import { parsed } from './fixture.ts';

const client: ShownClient = {
  name: 'vcsa-01',
  id: 'c1',
  vault: 'default',
  createdAt: '2026-11-01T00:00:00.000Z',
  username: null,
  certificates: [
    {
      ...certificate(),
      origin: 'pinned',
      addedAt: '2026-11-02T00:00:00.000Z',
      lastHandshakeAt: '2026-11-22T07:59:58.000Z',
      lastRequestAt: null,
    },
  ],
  roots: [
    {
      ...certificate({ subject: 'CN=CA,DC=vsphere', sha256: 'ef'.repeat(32), daysLeft: 3000 }),
      subjectPattern: 'CN=vcsa-*, O=VMware',
      addedAt: '2026-11-03T00:00:00.000Z',
      crls: [
        {
          issuer: 'CN=CA,DC=vsphere',
          thisUpdate: '2026-11-01T00:00:00.000Z',
          nextUpdate: '2026-12-01T00:00:00.000Z',
          revoked: 2,
        },
      ],
    },
  ],
};
const inFull: ShownClientInFull = {
  ...client,
  lastHandshakeAt: '2026-11-22T07:59:58.000Z',
  lastRequestAt: null,
  keys: 3,
  products: [{ attribute: 'x-Product', value: 'VMware vSphere\u001b[31m', keys: 1 }],
};
const terminal = (out: (text: string) => void) => ({ stdout: { isTerminal: true, write: out } });

t.test('client list has a line for each certificate and root', async t => {
  const { kmipd } = await fakeManager(t, {
    'client list': { clients: [client, { ...client, name: 'new', certificates: [], roots: [] }] },
  });
  const lines = (await kmipd(['client', 'list'])).out.trimEnd().split('\n');
  t.match(lines, [
    /^NAME +VAULT +FROM +VALID UNTIL +DAYS LEFT +LAST REQUEST +USERNAME +SHA-256$/,
    /^vcsa-01 +default +pinned +2027-02-09 08:00:00Z +79 +never +- +(ab){32}$/,
    /^vcsa-01 +default +root +2027-02-09 08:00:00Z +3000 +- +- +(ef){32}$/,
    /^new +default +- +- +- +- +- +-$/,
  ]);
  t.match(parsed(await kmipd(['client', 'list', '--json'])), [{ name: 'vcsa-01', roots: [{ daysLeft: 3000 }] }, {}]);
  let painted = '';
  await kmipd(
    ['client', 'list'],
    terminal(text => (painted += text)),
  );
  t.match(painted, /\n\u001b\[33mvcsa-01 .*pinned.*\u001b\[0m\nvcsa-01/, 'what ends within 90 days is yellow');
});

t.test('client list says what to do when there is nobody', async t => {
  const { kmipd } = await fakeManager(t, { 'client list': { clients: [] } });
  t.match(await kmipd(['client', 'list']), { code: 0, out: /^no clients; add one with `kmipd client add/ });
});

t.test('client show has certificates and roots with dates, days left and when they were seen', async t => {
  const { kmipd, asked } = await fakeManager(t, { 'client show': inFull });
  const { out } = await kmipd(['client', 'show', 'vcsa-01']);
  t.match(asked, [{ name: 'client show', body: { name: 'vcsa-01' } }]);
  t.match(out, /^vcsa-01\n {2}vault +default\n[^]*last handshake +2026-11-22 07:59:58Z\n {2}last request +never\n/);
  t.match(out, /\n {2}keys +3 in its vault\n/);
  t.match(out, /made by +x-Product VMware vSphere\\u\{1b\}\[31m: 1 key\n/, 'what clients have written forges nothing');
  t.match(out, /\ncertificate CN=vcsa, pinned\n {2}issuer +CN=CA,DC=vsphere\n/);
  t.match(out, /valid +2026-11-01 00:00:00Z until 2027-02-09 08:00:00Z, 79 days left\n/);
  t.match(out, new RegExp(`SHA-256 +${Array.from({ length: 32 }, () => 'AB').join(':')}\\n`));
  t.match(out, /SHA-1 +(CD:){19}CD\n/);
  t.match(out, /\nroot CN=CA,DC=vsphere\n {2}lets in +CN=vcsa-\*, O=VMware\n/);
  t.match(out, /revocation lists +of CN=CA,DC=vsphere, 2026-11-01 00:00:00Z until 2026-12-01 00:00:00Z, 2 revoked\n/);
  t.match(parsed(await kmipd(['client', 'show', 'vcsa-01', '--json'])), { keys: 3, products: [{ keys: 1 }] });
});

t.test('client remove says what is gone, and what was cut', async t => {
  const sha256 = 'ab'.repeat(32);
  const { kmipd, asked } = await fakeManager(t, {
    'client remove': ({ certificate, name }) => ({
      client: name,
      removed: certificate === undefined ? [sha256, 'ef'.repeat(32)] : [sha256],
      isGone: certificate === undefined,
      connectionsCut: certificate === undefined ? 0 : 2,
    }),
  });
  t.match(await kmipd(['client', 'remove', 'a']), {
    code: 0,
    out: 'client a removed with 2 certificates; its keys stay\n',
  });
  t.match(await kmipd(['client', 'remove', 'a', '--certificate', 'AB:AB']), {
    code: 0,
    out: `removed from client a: ${sha256}; 2 connections cut\n`,
  });
  t.match(asked[1]?.body, { certificate: 'AB:AB' });
  t.match(parsed(await kmipd(['client', 'remove', 'a', '--json'])), { isGone: true, connectionsCut: 0 });
});

t.test('client refused shows fingerprints as vCenter does, and what to do', async t => {
  const refused = {
    sha256: 'ab'.repeat(32),
    sha1: 'cd'.repeat(20),
    subject: 'CN=vcsa\nforged',
    issuer: '',
    notBefore: '2026-11-01T00:00:00.000Z',
    notAfter: '2027-11-01T00:00:00.000Z',
    cause: 'unknown certificate',
    firstAt: '2026-11-22T07:00:00.000Z',
    lastAt: '2026-11-22T07:30:00.000Z',
    count: 1200,
  };
  const { kmipd } = await fakeManager(t, { 'client refused': { refused: [refused] } });
  const { out } = await kmipd(['client', 'refused']);
  t.match(out, /^CN=vcsa\\u\{a\}forged\n {2}refused +1200 times, unknown certificate\n/);
  t.match(out, /first +2026-11-22 07:00:00Z\n {2}last +2026-11-22 07:30:00Z\n {2}issuer +\(none\)\n/);
  t.match(out, /SHA-1 +(CD:){19}CD\n {2}SHA-256 +(AB:){31}AB\n/);
  t.match(out, /kmipd client trust FINGERPRINT --name NAME\n$/);
  t.match(parsed(await kmipd(['client', 'refused', '--json'])), [{ count: 1200 }]);
  const { kmipd: quiet } = await fakeManager(t, { 'client refused': { refused: [] } });
  t.match(await quiet(['client', 'refused']), { code: 0, out: 'nobody was refused\n' });
});

t.test('client trust names a fingerprint and the client that it is to be', async t => {
  const { kmipd, asked } = await fakeManager(t, {
    'client trust': {
      client: 'vcsa-02',
      id: 'c2',
      vault: 'lab',
      isNew: true,
      certificate: certificate(),
      warnings: ['this certificate let client old in once'],
    },
  });
  const ran = await kmipd(['client', 'trust', 'AB:AB:AB:AB', '--name', 'vcsa-02', '--vault', 'lab']);
  t.match(ran, {
    code: 0,
    out: /^client vcsa-02 added to vault lab\n {2}subject +CN=vcsa\n[^]*\nNote: this certificate let /,
  });
  t.same(asked[0]?.body, { name: 'vcsa-02', fingerprint: 'AB:AB:AB:AB', vault: 'lab' });
  t.match(await kmipd(['client', 'trust', 'AB']), { code: 2, err: /required option '--name <name>' not specified/ });
  t.match(await kmipd(['client', 'trust', 'AB', '--name', '../x']), { code: 2, err: /other characters/ });
  t.equal(asked.length, 1);
});

t.test('what the manager refuses ends the command with its words and the exit code of its status', async t => {
  const codes: [number, number][] = [
    ...([
      [400, 2],
      [413, 2],
      [401, 4],
      [403, 4],
      [404, 3],
      [409, 4],
      [424, 4],
    ] as [number, number][]),
    ...([
      [500, 1],
      [503, 5],
      [507, 5],
      [418, 1],
    ] as [number, number][]),
  ];
  for (const [status, code] of codes) {
    const { kmipd } = await fakeManager(t, { 'client list': new Refuse(status, 'it is so; do that') });
    t.same(await kmipd(['client', 'list']), { code, out: '', err: 'kmipd: it is so; do that\n' }, String(status));
  }
});
