import { type ExportHeader, parseExportCheckpoint, parseExportHeader } from './export-file.ts';
import { lineBlocks } from './lines.ts';
import { LogVerifier, type Place, verdictOf, type VerifierOptions } from './log-verifier.ts';
import { parseRecordLine } from './record.ts';
import { altered, unchecked, type Verdict } from './verdict.ts';

/** A file of an export. */
export interface ExportSource {
  /** As a person knows it. */
  readonly name: string;
  readonly bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Verifies exported files that follow each other, in order. Rejects only as reading `bytes` does. */
export async function verifyExports(sources: Iterable<ExportSource>, options: VerifierOptions): Promise<Verdict> {
  const reader = new ExportReader(options);
  try {
    for (const source of sources) await reader.read(source);
    return reader.finish();
  } catch (error) {
    return verdictOf(error);
  }
}

class ExportReader {
  readonly #options: VerifierOptions;
  #verifier: LogVerifier | undefined;
  #origin: string | undefined;
  #torn: string | undefined;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  async read({ name, bytes }: ExportSource): Promise<void> {
    if (this.#torn !== undefined) throw unchecked(`${this.#torn}, and ${name} follows it`);
    let line = 0;
    let isEnding = false;
    for await (const { lines, tornBytes } of lineBlocks(bytes)) {
      for (const text of lines) {
        const place = { file: name, line: ++line };
        if (text === undefined && line === 1) throw unchecked(`${name} is no export: its first line is no text`);
        if (text === undefined) throw altered('the line is not UTF-8, or longer than any record', place);
        if (line === 1) this.#header(text, name, place);
        else if (isEnding || text.startsWith('{"checkpoint":')) {
          isEnding = true;
          this.#checkpoint(text, place);
        } else this.#record(text, place);
      }
      if (tornBytes > 0) this.#torn = `line ${line + 1} of ${name} is torn: ${tornBytes} bytes without a newline`;
    }
    if (line === 0) throw unchecked(`${name} is no export: it has no first line`);
  }

  finish(): Verdict {
    return this.#verifier?.finish(this.#torn) ?? { status: 'unchecked', problem: 'there is no export to check' };
  }

  #header(text: string, name: string, place: Place): void {
    const header = parseExportHeader(text);
    if (!header) throw unchecked(`${name} is no export: its first line is no header of one`);
    if ('unknownVersion' in header)
      throw unchecked(`${name} is an export of a version that this program does not know`);
    const { keys } = this.#options;
    if (keys.length > 0 && keys.every(key => key.name !== header.origin)) {
      throw unchecked(`${name} is of the log ${header.origin}, the key is of ${keys.map(key => key.name).join(', ')}`);
    }
    if (this.#verifier) this.#checkNext(this.#verifier, header, place);
    this.#verifier ??= new LogVerifier(header, this.#options);
    this.#origin ??= header.origin;
  }

  #checkNext(verifier: LogVerifier, header: ExportHeader, place: Place): void {
    if (header.origin !== this.#origin) throw altered(`this export is of another log than the one before`, place);
    const { seq, hash } = verifier.head;
    if (header.firstSeq !== seq + 1) {
      throw altered(`this export begins with record ${header.firstSeq}, the one before ends with ${seq}`, place);
    }
    if (header.firstPrev !== hash) {
      throw altered(`this export does not follow the one before: another record ${seq} stood before it`, place);
    }
    verifier.takeSubtrees(header.subtrees, place);
  }

  #record(text: string, place: Place): void {
    const verifier = this.#verifier as LogVerifier;
    const record = parseRecordLine(text);
    if (!record) throw notARecord(text, verifier.head.seq + 1, place);
    verifier.take(record, place);
  }

  #checkpoint(text: string, place: Place): void {
    const checkpoint = parseExportCheckpoint(text);
    if (!checkpoint) throw altered('the line is no checkpoint, and only checkpoints stand behind the records', place);
    const given = { note: checkpoint.note, from: `in line ${place.line} of ${place.file}` };
    (this.#verifier as LogVerifier).takeCheckpoint(given, checkpoint.subtrees, place);
  }
}

/** A record of a later version may have another form; anything else is damage. */
function notARecord(text: string, seq: number, place: Place) {
  const v = /,"v":(\d{1,6})\}$/.exec(text)?.[1];
  if (v !== undefined && v !== '1')
    return unchecked(`record ${seq} has version ${v}, which this program does not know`);
  return altered('its line is no record in RFC 8785 form', { seq, ...place });
}
