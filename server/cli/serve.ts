import { type Certificate, colons, parseCertificates } from '../../certs/index.ts';
import {
  adminSocket,
  checkpointFile,
  type DataFolder,
  dataFolderOwner,
  DEFAULT_VAULT,
  openDataFolder,
} from '../data-folder/index.ts';
import type { Logger } from '../log/index.ts';
import { formatAddress, type ListenAddress, type Settings } from '../settings/index.ts';
import { startServer } from '../serve/index.ts';
import { loadSettings, type SettingsOptions } from './options.ts';
import { type Colour, painter, printFacts, shownTime } from './output.ts';
import { programVersion } from './program-version.ts';
import { loggerFor } from './with-store.ts';
import type { World } from './world.ts';

/** However long open requests may take, the program ends within this after it was asked to. */
const STOP_MS = 9500;

/** `kmipd serve`: makes what is missing, says what vCenter's dialogs will show, serves until it is asked to end. */
export async function serve(world: World, options: SettingsOptions): Promise<void> {
  const { settings } = await loadSettings(world, options);
  const log = loggerFor(world, settings);
  const { now, randomBytes } = world;
  // Listening begins late; who asks to end before that is heard as well.
  const stopRequested = new Promise<void>(resolve => world.onStop(resolve));
  const names = namesFor(settings, world.hostName);
  const folder = await openDataFolder(settings.data, {
    ...{ settings, now, randomBytes, log, names },
    initiator: { id: world.user },
  });
  try {
    const tls = await folder.serverCertificate();
    const [certificate] = parseCertificates(tls.certificatePem);
    const server = await startServer({
      settings,
      dataFolder: folder.path,
      logKeeping: {
        key: await folder.auditKey(),
        checkpointFile: checkpointFile(folder.path),
        version: programVersion(),
      },
      store: folder.store,
      service: folder.service,
      rootKey: await folder.rootKey(),
      tls,
      log,
      now,
      randomBytes,
      administration: {
        certificates: folder.certificates,
        socketPath: adminSocket(folder.path),
        owner: { id: await dataFolderOwner(folder.path) },
        version: programVersion(),
      },
      ...(world.stdout.stream && { stdout: world.stdout.stream }),
    });
    try {
      await introduce(world, folder, certificate!, server);
      warnOfNames(settings, certificate!, log);
      world.stdout.write(`ready ${formatAddress(server)}\n`);
      const { host, port, httpsPort, adminPort, metricsPort } = server;
      log.info('ready', {
        ...{ host, port, data: settings.data },
        ...(httpsPort !== undefined && { httpsPort }),
        ...(adminPort !== undefined && { adminPort }),
        ...(metricsPort !== undefined && { metricsPort }),
      });
      await stopRequested;
      log.info('stopping: open requests may end', { drainTimeoutMs: settings.drainTimeoutMs });
    } finally {
      await within(STOP_MS, server.stop(), () => log.warn('stopped before every connection was closed'));
    }
  } finally {
    await folder.close();
  }
  log.info('stopped');
}

/** Names for the server certificate: those set, or the machine's own; and the host that is listened on, if it is one. */
function namesFor({ server, listen }: Settings, hostName: string): string[] {
  const own = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(hostName) ? [hostName] : [];
  const given = server.names.length > 0 ? server.names : own;
  return [...new Set([...given, ...(isWildcard(listen.host) ? [] : [listen.host])])];
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

/** What an administrator needs next: where to point vCenter, and by what to know the certificate that it shows. */
async function introduce(world: World, folder: DataFolder, certificate: Certificate, at: ListenAddress): Promise<void> {
  const { stdout } = world;
  const paint = painter(world);
  const title = (text: string, colour: Colour = 'bold') => stdout.write(`${paint(text, colour)}\n`);
  if (folder.made.includes('kmipd.db'))
    title(`First start: made a certificate authority, server certificate, root key and database in ${folder.path}`);
  title('What vCenter asks for, and what its dialog "Trust KMS" will show');
  const hosts = isWildcard(at.host) ? world.addresses() : [at.host];
  const names = certificate.subjectAltNames.map(name => name.replace(/^(DNS|IP):/, ''));
  printFacts(stdout, [
    ['address', [...new Set([...hosts, ...names])]],
    ['port', String(at.port)],
    ['subject', certificate.subject],
    ['issuer', certificate.issuer],
    ['valid from', shownTime(certificate.notBefore)],
    ['valid until', shownTime(certificate.notAfter)],
    ['SHA-1', colons(certificate.sha1)],
    ['SHA-256', colons(certificate.sha256)],
  ]);
  if ((await folder.store.directory.clients()).length > 0) return;
  const data = folder.path === './data' ? '' : ` --data ${folder.path}`;
  title('What to do next');
  stdout.write(
    `  1. In vCenter: Configure, Key Providers, Add Standard Key Provider, with an address and the port from above\n` +
      `  2. Trust this server there, if the fingerprint is the one above\n` +
      `  3. Establish trust the other way, with one of\n` +
      `       "vCenter Certificate": download it, then    kmipd client add NAME --cert FILE${data}\n` +
      `       "New Certificate Signing Request": then     kmipd client add NAME --csr FILE --out DIR${data}\n` +
      `       "KMS certificate and private key":          kmipd client add NAME --issue --out DIR${data}\n` +
      `       "vCenter Root CA Certificate": then         kmipd client add NAME --ca FILE --subject PATTERN${data}\n` +
      `     or let in one that has tried already:         kmipd client refused${data}\n` +
      `                                                   kmipd client trust FINGERPRINT --name NAME${data}\n` +
      `     The client may use the keys of vault "${DEFAULT_VAULT}"; the server knows it at once\n` +
      `  4. See what is done with keys:                   kmipd events --follow${data}\n`,
  );
}

/** A certificate is made once; names that were set later are not in it. */
function warnOfNames({ server }: Settings, { subjectAltNames }: Certificate, log: Logger): void {
  const inCertificate = new Set(subjectAltNames.map(name => name.toLowerCase().replace(/^(dns|ip):/, '')));
  const missing = server.names.filter(name => !inCertificate.has(name.toLowerCase()));
  if (missing.length === 0) return;
  const remedy = `\`kmipd certs server renew${server.names.map(name => ` --name ${name}`).join('')}\` makes another, which vCenter must then trust anew`;
  log.warn(`the server certificate was made without some of the names; ${remedy}`, { missing });
}

async function within(ms: number, work: Promise<void>, onLate: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(() => {
      onLate();
      resolve();
    }, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
