import { hash } from 'node:crypto';

/**
 * One record of the log: an event, its place, and the hashes that chain it to the record before. As a line of text it is the
 * RFC 8785 form of {v, seq, prev, event, hash}; in memory the event stays the text that was hashed.
 */
export interface AuditRecord {
  /** Which hash input `hash` is made of: a key of `hashInputs`. */
  readonly v: number;
  /** Position in the log: 1, 2, 3 … without gaps. It never starts again. */
  readonly seq: number;
  /** `hash` of the record before; `FIRST_PREV` for the first. 64 lower-case hex digits. */
  readonly prev: string;
  /** The event in RFC 8785 form. */
  readonly json: string;
  /** SHA-256, 64 lower-case hex digits. */
  readonly hash: string;
}

/** The version that new records have. */
export const RECORD_VERSION = 1;
/** `prev` of the record with seq 1. */
export const FIRST_PREV = '0'.repeat(64);

type HashInput = (seq: number, prev: string, json: string) => string;

/**
 * What is hashed, by version. A version that was released is never changed or removed, so that logs of each still verify. Tag,
 * version, seq and prev end in a newline and hold none, so no two records have the same input.
 */
const hashInputs: ReadonlyMap<number, HashInput> = new Map([
  [1, (seq, prev, json) => `kmipd audit record\n1\n${seq}\n${prev}\n${json}`],
]);

/** Whether this program knows how records of this version are hashed. */
export const isKnownVersion = (v: number): boolean => hashInputs.has(v);

/** The record's hash, 64 lower-case hex digits: SHA-256 over tag, v, seq, prev and the event. Throws RangeError for an unknown version. */
export function recordHash({ v, seq, prev, json }: Omit<AuditRecord, 'hash'>): string {
  const input = hashInputs.get(v);
  if (!input)
    throw new RangeError(`record ${seq} has version ${v}, this program knows ${[...hashInputs.keys()].join(', ')}`);
  return hash('sha256', input(seq, prev, json), 'hex');
}

/** The record that follows the one with `seq - 1` and hash `prev`. `json` is in RFC 8785 form. */
export function nextRecord(seq: number, prev: string, json: string): AuditRecord {
  const body = { v: RECORD_VERSION, seq, prev, json };
  return { ...body, hash: recordHash(body) };
}

/** The record as one line of text, without newline: RFC 8785 form of {event, hash, prev, seq, v}. */
export function recordLine({ v, seq, prev, json, hash }: AuditRecord): string {
  return `{"event":${json},"hash":"${hash}","prev":"${prev}","seq":${seq},"v":${v}}`;
}

/**
 * The record of a line; undefined unless the line has the form that `recordLine` gives. The event is not looked into: it may be
 * any text. Its version may be one that this program does not know.
 */
export function parseRecordLine(line: string): AuditRecord | undefined {
  const end = line.lastIndexOf(',"hash":"');
  if (end < 0 || !line.startsWith('{"event":')) return undefined;
  const [, hash, prev, seq, v] = MEMBERS.exec(line.slice(end)) ?? [];
  if (hash === undefined || prev === undefined || !Number.isSafeInteger(Number(seq))) return undefined;
  return { v: Number(v), seq: Number(seq), prev, json: line.slice('{"event":'.length, end), hash };
}

const MEMBERS = /^,"hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})","seq":([1-9]\d{0,15}),"v":(0|[1-9]\d{0,5})\}$/;
