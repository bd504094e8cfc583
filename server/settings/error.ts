/** A setting that cannot be taken: `place: name: what was found, what is expected`. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
