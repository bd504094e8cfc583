import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { sha256Fingerprint } from '../../../certs/index.ts';
import { ObjectType, Operation, V1_1 } from '../../../kmip-codec/index.ts';
import { selfSigned } from '../../certs/material.ts';
import { newFolder } from '../byte-search.ts';
import { KmipClient, type ClientIdentity } from '../kmip-client.ts';
import { aes256, template } from '../operations/world.ts';
import { spawnServer, type ServerProcess } from '../server-process.ts';

t.setTimeout(240_000);

const CLIENTS = 20;
/** Between two connections of one client, so that a small machine is busy and not drowned. */
const PAUSE_MS = 100;

type Known = ClientIdentity & { readonly authorityPem: string };

t.test(
  '20 clients go on without an error while certificates are added and removed and the server’s is renewed',
  async t => {
    const server = await spawnServer(t);
    const known = await server.addClient('load');
    const load = new Load(server, known);
    await load.begin();
    const folder = newFolder(t);
    const run = async (...args: string[]) => {
      const { code, err } = await server.kmipd(...args);
      t.equal(code, 0, `kmipd ${args.slice(0, 3).join(' ')} ${err}`);
    };
    const pem = join(folder, 'pinned.pem');
    for (let generation = 0; generation < 2; generation++) {
      const before = load.rounds();
      const [first, second] = [
        await selfSigned({ commonName: 'renewed' }),
        await selfSigned({ commonName: 'renewed' }),
      ];
      writeFileSync(pem, first.certificatePem);
      await run('client', 'add', `vcenter-${generation}`, '--cert', pem);
      const old = await KmipClient.connect(to(server, known), first);
      await old.request(Operation.DiscoverVersions, {}, { version: V1_1 });
      const session = await sessionOf(old);

      writeFileSync(pem, second.certificatePem);
      await run('client', 'add', `vcenter-${generation}`, '--cert', pem);
      const both = [first, second].map(identity => isAnswered(server, known, identity));
      t.same(await Promise.all(both), [true, true], 'both generations are valid');

      await run(
        'client',
        'remove',
        `vcenter-${generation}`,
        '--certificate',
        sha256Fingerprint(first.der).slice(0, 16),
      );
      t.equal(await old.nextMessage(2000).catch(() => 'still open'), undefined, 'its open connection is cut');
      t.equal(await isAnswered(server, known, first), false, 'the old certificate is not known any more');
      t.equal(await isAnswered(server, known, first, session), false, 'nor in a session that is taken up again');
      t.equal(await isAnswered(server, known, second), true, 'the new one is');

      await run('certs', 'server', 'renew', ...(generation === 0 ? [] : ['--reuse-key']));
      await run('client', 'remove', `vcenter-${generation}`);
      await wait(500);
      t.ok(load.rounds() > before + CLIENTS, `${load.rounds() - before} connections of the others meanwhile`);
    }
    await load.end();
    t.same(load.errors, [], 'nobody else saw an error');
    t.ok(load.resumed > CLIENTS && load.full > CLIENTS, `${load.full} full handshakes, ${load.resumed} resumed`);
    t.ok(load.serverCertificates.size === 3, 'each of the server’s certificates was met');
    t.notMatch(server.err(), /ERROR/);
  },
);

/** Clients that connect, ask and go, again and again: half of them with full handshakes, half of them resuming. */
class Load {
  readonly errors: string[] = [];
  readonly serverCertificates = new Set<string>();
  full = 0;
  resumed = 0;
  readonly #server: ServerProcess;
  readonly #known: Known;
  #running: Promise<void>[] = [];
  #isOver = false;

  constructor(server: ServerProcess, known: Known) {
    this.#server = server;
    this.#known = known;
  }

  rounds(): number {
    return this.full + this.resumed;
  }

  async begin(): Promise<void> {
    const client = await KmipClient.connect(to(this.#server, this.#known), this.#known);
    const attributes = template(...aes256);
    const { uniqueIdentifier } = await client.request(Operation.Create, {
      objectType: ObjectType.SymmetricKey,
      attributes,
    });
    await client.close();
    this.#running = Array.from({ length: CLIENTS }, (_, i) => this.#client(uniqueIdentifier, i % 2 === 1));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #client(uniqueIdentifier: string, resumes: boolean): Promise<void> {
    let session: Buffer | undefined;
    while (!this.#isOver) {
      try {
        session = await this.#round(uniqueIdentifier, resumes ? session : undefined);
      } catch (error) {
        this.errors.push(String(error));
      }
      await wait(PAUSE_MS);
    }
  }

  async #round(uniqueIdentifier: string, session: Buffer | undefined): Promise<Buffer> {
    const client = await KmipClient.connect(
      { ...to(this.#server, this.#known), ...(session && { session }) },
      this.#known,
    );
    const newSession = sessionOf(client);
    await client.request(Operation.DiscoverVersions, {}, { version: V1_1 });
    await client.request(Operation.Get, { uniqueIdentifier }, { version: V1_1 });
    if (client.socket.isSessionReused()) this.resumed++;
    else this.full++;
    const certificate = client.socket.getPeerX509Certificate()?.fingerprint256;
    if (certificate !== undefined) this.serverCertificates.add(certificate);
    const next = client.socket.isSessionReused() && session ? session : await newSession;
    await client.close();
    return next;
  }
}

const to = ({ host, port }: ServerProcess, { authorityPem }: Known) =>
  ({ host, port, ca: authorityPem, servername: 'localhost', maxVersion: 'TLSv1.2' }) as const;

/** Over TLS 1.2 the session is there with the handshake. */
const sessionOf = ({ socket }: KmipClient): Promise<Buffer> => Promise.resolve(socket.getSession()!);

async function isAnswered(
  server: ServerProcess,
  known: Known,
  identity: ClientIdentity,
  session?: Buffer,
): Promise<boolean> {
  const client = await KmipClient.connect({ ...to(server, known), ...(session && { session }) }, identity);
  try {
    await client.request(Operation.DiscoverVersions, {}, { version: V1_1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
