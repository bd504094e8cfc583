/** Where in the input something stands: lines and columns count from 1, bytes from 0 in the DER. */
export interface Position {
  line?: number;
  column?: number;
  byte?: number;
}

/** What was found and what was expected, as they stand in the message. Neither may hold key material. */
interface Finding extends Position {
  found: string;
  expected: string;
}

/** Input that is not the certificate, request or key that it should be. The only error that this folder throws about input. */
export class CertificateError extends Error {
  readonly found: string;
  readonly expected: string;
  readonly position: Position;

  constructor({ found, expected, ...position }: Finding, options?: ErrorOptions) {
    const where = describePosition(position);
    super(`${where && `${where}: `}found ${found}, expected ${expected}`, options);
    this.name = 'CertificateError';
    this.found = found;
    this.expected = expected;
    this.position = position;
  }
}

/** The same finding, with what the caller knows about the position added. */
export function withPosition(error: CertificateError, position: Position): CertificateError {
  return new CertificateError(
    { found: error.found, expected: error.expected, ...position, ...error.position },
    { cause: error },
  );
}

/**
 * Runs `read` and gives what it gives. Whatever it throws that is no CertificateError becomes one:
 * the libraries below throw errors of many classes at damaged input.
 */
export function orCertificateError<T>(finding: Finding, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof CertificateError ? cause : new CertificateError(finding, { cause });
  }
}

function describePosition({ line, column, byte }: Position): string {
  const parts: string[] = [];
  if (line !== undefined) parts.push(`line ${line}`);
  if (column !== undefined) parts.push(`column ${column}`);
  if (byte !== undefined) parts.push(`byte ${byte}`);
  return parts.join(', ');
}
