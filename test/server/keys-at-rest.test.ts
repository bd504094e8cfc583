import Sqlite from 'better-sqlite3';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { encodeRequest, Operation, ResultStatus, RevocationReasonCode, V1_4 } from '../../kmip-codec/index.ts';
import { unwrap } from '../../server/root-key/wrapping.ts';
import { filesIn, formsOf, found, newFolder, texts } from './byte-search.ts';
import { everySink } from './every-sink.ts';
import {
  asking,
  getWrapped,
  makeKeys,
  registerDamaged,
  registering,
  tooShort,
  USERNAME,
  withPassword,
  type KnownKey,
} from './keys-at-rest-keys.ts';
import { requestMessage, type KmipClient } from './kmip-client.ts';
import { spawnServer, type ServerProcess } from './server-process.ts';

t.setTimeout(240_000);

/** The memory of the processes is out of scope. */
t.test(
  'property 12: no key is at rest in the clear, nor in anything that is said; after Destroy not even wrapped',
  async t => {
    const folder = newFolder(t);
    const data = join(folder, 'data');
    const { sinks, received } = await everySink(t, folder);
    const args = [
      '--log-level',
      'trace',
      '--set',
      `audit.sinks=${JSON.stringify(sinks)}`,
      '--set',
      'audit.checkpoint.events=20',
    ];
    const said: Record<string, string> = {};
    const search = (secrets: ReadonlyMap<string, Uint8Array>) => {
      for (const [i, { out, err }] of servers.entries())
        Object.assign(said, { [`stdout of server ${i}`]: out(), [`stderr of server ${i}`]: err() });
      return found(needlesFor(secrets), new Map([...filesIn(folder), ...texts(said), ...received()]));
    };
    const servers: ServerProcess[] = [];
    const start = async () => {
      const server = await spawnServer(t, { data, args });
      servers.push(server);
      return server;
    };

    let server = await start();
    const password = randomBytes(18).toString('base64');
    const passwordFile = join(newFolder(t), 'password');
    writeFileSync(passwordFile, `${password}\n`);
    const vcenter = await server.addClient('vcenter', '--username', USERNAME, '--password-file', passwordFile);
    const connect = async () => asking(await server.connect(vcenter), password);
    let ask = await connect();
    const keys = await makeKeys(t, ask);
    const [wrappingKey, ...others] = keys as [KnownKey, ...KnownKey[]];
    const failed = await failures(t, await server.connect(vcenter), password);
    const secrets = new Map<string, Uint8Array>([...keys.map(({ name, key }) => [name, key] as const), ...failed]);
    t.same(search(secrets), [], 'Pre-Active');

    for (const { uniqueIdentifier } of keys) await ask(Operation.Activate, { uniqueIdentifier });
    await getWrapped(ask, keys[4]!, wrappingKey);
    Object.assign(said, await commands(server, keys));
    t.same(search(secrets), [], 'Active');
    t.match(Object.values(said).join(''), 'TRACE', 'the log says all it can say');
    t.match(said['kmipd keys show --json'], keys[0]!.uniqueIdentifier, 'the key that is searched for is the one shown');

    const own = ownSecrets(data);
    t.same(search(own), ['root key in data/root.key'], 'the root key is in its file only, what it wraps in no file');

    t.match(await server.stop(), { code: 0 }, 'stops cleanly');
    t.same(search(new Map([...secrets, ...own])), ['root key in data/root.key'], 'after a clean stop');

    server = await start();
    ask = await connect();
    const revocationReason = { revocationReasonCode: RevocationReasonCode.CessationOfOperation };
    for (const { uniqueIdentifier } of others) await ask(Operation.Revoke, { uniqueIdentifier, revocationReason });
    t.same(search(secrets), [], 'Deactivated');
    await server.stop('SIGKILL');
    t.same(search(secrets), [], 'after a kill');

    server = await start();
    ask = await connect();
    const wrapped = wrappedIn(data);
    const wrappedOfOthers = new Map(
      others.map(({ uniqueIdentifier }) => [uniqueIdentifier, wrapped.get(uniqueIdentifier)!]),
    );
    const places = new Set(search(wrappedOfOthers).map(hit => hit.split(' in ')[0]));
    t.same(places, new Set(wrappedOfOthers.keys()), 'this search does find the wrapped form of each');
    for (const { uniqueIdentifier } of others) {
      await ask(Operation.Destroy, { uniqueIdentifier });
      const mine = new Map([['wrapped', wrapped.get(uniqueIdentifier)!]]);
      t.same(search(mine), [], 'the wrapped form is gone when Destroy is answered');
    }
    await server.stop('SIGKILL');
    t.same(search(new Map([...secrets, ...wrappedOfOthers])), [], 'Destroyed, and killed at once');

    server = await start();
    Object.assign(said, await commands(server, keys));
    ask = await connect();
    const { object } = await ask(Operation.Get, { uniqueIdentifier: wrappingKey.uniqueIdentifier });
    t.ok(object, 'the key that was not destroyed is still there');
    t.match(await server.stop(), { code: 0 }, 'stops cleanly');
    t.same(search(new Map([...secrets, ...wrappedOfOthers])), [], 'Destroyed, after a clean stop');
    t.same(search(own), ['root key in data/root.key'], 'and so are the secrets of the server');
  },
);

const needlesFor = (secrets: ReadonlyMap<string, Uint8Array>) =>
  new Map([...secrets].map(([name, secret]) => [name, formsOf(secret)]));

/** Requests that are refused with secrets in them. Gives the secrets, by what they are. */
async function failures(t: Test, client: KmipClient, password: string): Promise<Map<string, Uint8Array>> {
  const header = withPassword(password);
  const short = randomBytes(19);
  const refused = await client.item(Operation.Register, registering(tooShort(short)), { header });
  t.equal(refused.resultStatus, ResultStatus.OperationFailed, 'a key of a wrong length is refused');

  const damaged = randomBytes(32);
  const requestPayload = registering(tooShort(damaged));
  const message = requestMessage([{ operation: Operation.Register, requestPayload }], { version: V1_4, header });
  t.ok(await registerDamaged(client, encodeRequest(message, V1_4)), 'a damaged message is answered');

  // The last one: the connection is closed after it.
  const wrong = randomBytes(18).toString('base64');
  const stranger = await client.item(Operation.Query, { queryFunctions: [] }, { header: withPassword(wrong) });
  t.equal(stranger.resultStatus, ResultStatus.OperationFailed, 'a wrong password is refused');
  return new Map<string, Uint8Array>([
    ['key of a length that is refused', short],
    ['key in a damaged message', damaged],
    ['password', Buffer.from(password)],
    ['wrong password', Buffer.from(wrong)],
  ]);
}

/** What the commands print that have to do with keys. */
async function commands(server: ServerProcess, [first, second]: readonly KnownKey[]): Promise<Record<string, string>> {
  const all = [
    ['events', '--json', '--limit', '1000'],
    ['events', '--limit', '1000'],
    ['events', '--format', 'ocsf', '--limit', '1000'],
    ['events', '--format', 'cef', '--limit', '1000'],
    ['audit', 'export'],
    ['keys', 'list', '--json'],
    ['keys', 'show', first!.uniqueIdentifier, '--json'],
    ['keys', 'show', second!.uniqueIdentifier],
    ['vault', 'list', '--json'],
    ['client', 'show', 'vcenter', '--json'],
  ];
  const said: Record<string, string> = {};
  for (const args of all) {
    const { code, out, err } = await server.kmipd(...args);
    if (code !== 0) throw new Error(`kmipd ${args.join(' ')} ended with ${code}: ${err}`);
    said[`kmipd ${args.filter(arg => !/\d/.test(arg)).join(' ')}`] = out + err;
  }
  return said;
}

/** The server's own secrets, unwrapped here: the root key, the vaults' keys, the private keys' secret numbers. */
function ownSecrets(data: string): Map<string, Uint8Array> {
  const [, line = ''] = readFileSync(join(data, 'root.key'), 'utf8').split('\n');
  const rootKey = Buffer.from(line, 'base64');
  const secrets = new Map<string, Uint8Array>([['root key', rootKey]]);
  for (const { id, wrappedKey } of rows<{ id: string; wrappedKey: Buffer }>(
    data,
    'SELECT id, wrapped_key AS wrappedKey FROM vault',
  ))
    secrets.set(`key of vault ${id}`, unwrap(rootKey, ['kmipd vault key', id], wrappedKey));
  for (const part of ['authority.key.wrapped', 'server.key.wrapped']) {
    const pem = unwrap(rootKey, ['kmipd secret', part], readFileSync(join(data, part)));
    const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' });
    secrets.set(`private key of ${part}`, Buffer.from(d, 'base64url'));
  }
  return secrets;
}

/** Wrapped material as it is stored, by Unique Identifier. */
const wrappedIn = (data: string): Map<string, Buffer> =>
  new Map(
    rows<{ id: string; wrapped: Buffer }>(
      data,
      'SELECT unique_identifier AS id, wrapped FROM managed_object JOIN material ON number = material',
    ).map(({ id, wrapped }) => [id, wrapped]),
  );

function rows<Row>(data: string, query: string): Row[] {
  const database = new Sqlite(join(data, 'kmipd.db'), { readonly: true, fileMustExist: true });
  try {
    return database.prepare<[], Row>(query).all();
  } finally {
    database.close();
  }
}
