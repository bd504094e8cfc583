/** A message that cannot be encoded or decoded. `path` names the item, outermost first; `offset` is the byte, where there is one. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
  readonly path: (string | number)[] = [];
  readonly problem: string;
  readonly offset: number | undefined;

  constructor(problem: string, offset?: number) {
    super(problem);
    this.problem = problem;
    this.offset = offset;
  }

  /** Adds the enclosing item while the error travels up; nothing is tracked while all goes well. Other errors pass unchanged. */
  static within(error: unknown, segment: string | number): unknown {
    if (error instanceof CodecError) {
      error.path.unshift(segment);
      error.message = `${error.where()}: ${error.problem}`;
    }
    return error;
  }

  /** 'batchItems[0].requestPayload.keyFormatType'; empty when the root itself is wrong. */
  where(): string {
    let text = '';
    for (const part of this.path) text += typeof part === 'number' ? `[${part}]` : text ? `.${part}` : part;
    return text;
  }
}
