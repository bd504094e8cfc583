/**
 * Why a data folder cannot be used: what is the matter, and after a semicolon what to do.
 * `missing`: there is none; `refused`: using it as it is could lose something; `busy`: another server has it.
 */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly kind: 'missing' | 'refused' | 'busy';

  constructor(kind: 'missing' | 'refused' | 'busy', message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
