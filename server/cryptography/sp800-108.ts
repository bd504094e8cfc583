/** What NIST SP 800-108 derives from. */
export interface KdfInput {
  /** Label, zero octet and Context, as one; the length of the output follows it. */
  readonly fixed: Uint8Array;
  /** Of the feedback mode; empty unless given. */
  readonly initializationVector?: Uint8Array | undefined;
  /** Of output. */
  readonly bytes: number;
}
/** A pseudorandom function with its key, of the parts as one. */
type Prf = (parts: readonly Uint8Array[]) => Buffer;

/** NIST SP 800-108 §5.1 (KDF in Counter Mode), with a counter and a length of 32 bits each. At least as many bytes as asked for. */
export function counterMode(prf: Prf, input: KdfInput): Buffer {
  const fixed = withLength(input);
  return repeatedly(input.bytes, i => prf([number32(i), ...fixed]));
}

/** NIST SP 800-108 §5.2 (KDF in Feedback Mode), with the counter. */
export function feedbackMode(prf: Prf, input: KdfInput): Buffer {
  const fixed = withLength(input);
  let before: Uint8Array = input.initializationVector ?? new Uint8Array();
  return repeatedly(input.bytes, i => {
    const block = prf([before, number32(i), ...fixed]);
    before = block;
    return block;
  });
}

/** NIST SP 800-108 §5.3 (KDF in Double-Pipeline Iteration Mode), with the counter. */
export function doublePipelineMode(prf: Prf, input: KdfInput): Buffer {
  const fixed = withLength(input);
  let first = fixed;
  return repeatedly(input.bytes, i => {
    first = [prf(first)];
    return prf([...first, number32(i), ...fixed]);
  });
}

/** The length is counted in bits. */
const withLength = ({ fixed, bytes }: KdfInput): readonly Uint8Array[] => [fixed, number32(bytes * 8)];

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function repeatedly(bytes: number, block: (i: number) => Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let have = 0; have < bytes; have += blocks.at(-1)!.length) blocks.push(block(blocks.length + 1));
  return Buffer.concat(blocks);
}
