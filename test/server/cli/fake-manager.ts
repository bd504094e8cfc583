import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { AnswerOf, BodyOf, RequestName, ShownCertificate } from '../../../server/admin/index.ts';
import type { World } from '../../../server/cli/world.ts';
import { lockDataFolder } from '../../../server/data-folder/lock.ts';
import { kmipd, type Ran } from './fixture.ts';

/** The manager's answer that it has not done it. */
export class Refuse {
  readonly status: number;
  readonly message: string;
  constructor(status: number, message: string) {
    this.status = status;
    this.message = message;
  }
}

export type Answers = {
  readonly [Name in RequestName]?: AnswerOf<Name> | Refuse | ((body: BodyOf<Name>) => AnswerOf<Name> | Refuse);
};

export interface Asked {
  readonly name: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A server that is running, as commands see it: it holds its folder, and gives the answers that it was told. */
export async function fakeManager(t: Test, answers: Answers) {
  const parent = t.testdir();
  const data = join(parent, 'd');
  mkdirSync(data);
  const unlock = await lockDataFolder(data, { as: 'server' });
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const name = (request.url ?? '').replace('/admin/', '').replaceAll('/', ' ');
      const body = JSON.parse(Buffer.concat(chunks).toString()) as never;
      asked.push({ name, body, headers: request.headers });
      const prepared = answers[name as RequestName] ?? new Refuse(404, `no answer to ${name}; prepare one`);
      const answer = typeof prepared === 'function' ? (prepared as (body: never) => unknown)(body) : prepared;
      const isRefused = answer instanceof Refuse;
      response.writeHead(isRefused ? answer.status : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isRefused ? { error: { message: answer.message, reason: 'x' } } : answer));
    });
  });
  process.chdir(data); // the folder's name may be longer than a socket's address
  await new Promise<void>(resolve => server.listen('admin.sock', resolve));
  process.chdir('/');
  t.teardown(async () => {
    await new Promise(resolve => server.close(resolve));
    await unlock();
  });
  return {
    parent,
    data,
    asked,
    kmipd: (argv: readonly string[], changes?: Partial<World>): Promise<Ran> =>
      kmipd([...argv, '--data', data], changes),
  };
}

export const certificate = (changes: Partial<ShownCertificate> = {}): ShownCertificate => ({
  sha256: 'ab'.repeat(32),
  sha1: 'cd'.repeat(20),
  serialNumber: '0a1b2c3d4e5f6071',
  subject: 'CN=vcsa',
  issuer: 'CN=CA,DC=vsphere',
  subjectAltNames: ['DNS:vcsa.example'],
  publicKey: 'RSA 2048',
  signatureAlgorithm: 'RSA SHA-256',
  notBefore: '2026-11-01T00:00:00.000Z',
  notAfter: '2027-02-09T08:00:00.250Z',
  daysLeft: 79,
  ...changes,
});
