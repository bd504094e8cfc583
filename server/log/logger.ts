import { pino } from 'pino';
import { textLine } from './text-line.ts';

/** Further facts about a log message. An `error` is written with its kind, message and stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * The server's own log, for those who run it; events are another thing. Messages are one line, without key material,
 * passwords or payload bytes.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** What messages say, item by item. `fields` is called only where it is written. */
  trace(message: string, fields: () => LogFields): void;
}

export type LogLevel = keyof Logger;

export interface LogOptions {
  readonly level: LogLevel;
  /** `text`: lines for people. `json`: one JSON object a line. */
  readonly format: 'text' | 'json';
  /** Takes each line, with its line feed; standard error as a rule, never standard output, which is for results. */
  readonly write: (line: string) => void;
}

/** Names of fields whose value is never written, however it got there: the last guard, not the first. */
const WITHHELD = ['password', 'passphrase', 'privateKey', 'keyMaterial', 'material', 'secret'];

export function createLogger({ level, format, write }: LogOptions): Logger {
  const lines = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      messageKey: 'message',
      serializers: { error: pino.stdSerializers.err },
      redact: { paths: WITHHELD.flatMap(name => [name, `*.${name}`]), censor: '[withheld]' },
    },
    { write: format === 'json' ? write : (line: string) => write(textLine(line)) },
  );
  return {
    error: (message, fields = {}) => lines.error(fields, message),
    warn: (message, fields = {}) => lines.warn(fields, message),
    info: (message, fields = {}) => lines.info(fields, message),
    debug: (message, fields = {}) => lines.debug(fields, message),
    trace: (message, fields) => {
      if (lines.isLevelEnabled('trace')) lines.trace(fields(), message);
    },
  };
}

/** Writes nothing. */
export const silentLogger: Logger = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
