// node bench/audit-server.ts FOLDER audited|unaudited: a server with or without its events, all else being the same.
import { randomBytes } from 'node:crypto';
import { adminSocket, openDataFolder } from '../server/data-folder/index.ts';
import { createLogger } from '../server/log/index.ts';
import { startServer } from '../server/serve/index.ts';
import { resolveSettings } from '../server/settings/index.ts';
import type { Store, UnitOfWork } from '../server/store/index.ts';

const [path = '', kind = 'audited'] = process.argv.slice(2);
const { settings } = resolveSettings([
  { name: 'data', value: path, place: 'bench' },
  { name: 'listen', value: '127.0.0.1:0', place: 'bench' },
]);
const now = () => new Date();
const log = createLogger({ level: 'warn', format: 'text', write: line => void process.stderr.write(line) });
const folder = await openDataFolder(path, {
  ...{ settings, now, randomBytes, log },
  names: ['127.0.0.1'],
  initiator: { id: 'bench' },
});
const server = await startServer({
  ...{ settings, log, now, randomBytes },
  store: kind === 'audited' ? folder.store : withoutEvents(folder.store),
  service: folder.service,
  rootKey: await folder.rootKey(),
  tls: await folder.serverCertificate(),
  administration: {
    certificates: folder.certificates,
    socketPath: adminSocket(path),
    owner: { id: 'bench' },
    version: 'bench',
  },
});
process.stdout.write(`ready ${server.host}:${server.port}\n`);
process.once('SIGTERM', () => {
  void server.stop().then(() => folder.close());
});

/** The same store, whose units forget what they are to record: a request that only reads then writes nothing at all. */
function withoutEvents(store: Store): Store {
  const replaced = (unit: UnitOfWork) =>
    new Proxy(unit, {
      get: (target, name) => {
        if (name === 'record') return () => {};
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'begin') return () => replaced(target.begin());
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
