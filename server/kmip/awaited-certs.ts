// Stands in until certs/ has these; goes away then.
import { X509Certificate } from 'node:crypto';
import { type Certificate, parseCertificates, readPeer as read } from '../../certs/index.ts';
export type PathRule = string;
export interface PathProblem {
  rule: PathRule;
  subject: string;
  detail: string;
}
export type SubjectPattern = RegExp[];
export const parseSubjectPattern = (text: string): SubjectPattern =>
  text.split(/, */).map(part => new RegExp(`^${part.replaceAll('*', '.*')}$`));
export const matchesSubject = (pattern: SubjectPattern, { subject }: Certificate) =>
  pattern.every(one => subject.split(',').some(part => one.test(part)));
export interface ReadPeer {
  fingerprint: string;
  initiatorId: string;
  validity: NonNullable<ReturnType<typeof read>>['validity'];
  der: Uint8Array;
  issuers: readonly Uint8Array[];
}
export const readPeer = (der: Uint8Array | undefined, issuers: readonly Uint8Array[] = []): ReadPeer | undefined => {
  const peer = read(der);
  return peer && { ...peer, der: der!, issuers };
};
export function validatePath(p: {
  certificate: Uint8Array;
  issuers: readonly Uint8Array[];
  root: Uint8Array;
  crls: readonly Uint8Array[];
  staleCrl: string;
  now: Date;
}): { ok: true; path: Certificate[]; validFrom: Date; validUntil: Date } | { ok: false; problem: PathProblem } {
  let at = new X509Certificate(p.certificate);
  const path = [parseCertificates(p.certificate)[0]!];
  for (let i = 0; i < 5; i++) {
    if (new Date(at.validTo) < p.now)
      return { ok: false, problem: { rule: 'expired', subject: '', detail: 'expired' } };
    if (at.verify(new X509Certificate(p.root).publicKey))
      return { ok: true, path, validFrom: path[0]!.notBefore, validUntil: path[0]!.notAfter };
    const next = p.issuers.find(one => at.verify(new X509Certificate(one).publicKey));
    if (!next) break;
    at = new X509Certificate(next);
    path.push(parseCertificates(next)[0]!);
  }
  return { ok: false, problem: { rule: 'no path to a trusted root', subject: '', detail: 'none found' } };
}
