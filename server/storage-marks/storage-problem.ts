import type { StorageSettings } from './stage.ts';

/** What is wrong with the marks together, in the words of a setting's fault; undefined when nothing is. */
export function storageProblem(settings: StorageSettings): string | undefined {
  const { warnBytes, refuseChangesBytes, refuseAllBytes } = settings;
  if (warnBytes < refuseChangesBytes)
    return `audit.storage.warnBytes: ${warnBytes}, must be at least audit.storage.refuseChangesBytes (${refuseChangesBytes})`;
  if (refuseChangesBytes < refuseAllBytes)
    return `audit.storage.refuseChangesBytes: ${refuseChangesBytes}, must be at least audit.storage.refuseAllBytes (${refuseAllBytes})`;
  return undefined;
}
