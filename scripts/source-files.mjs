import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Top-level folders that hold no source: built, installed, kept, measured. */
const NOT_SOURCE = new Set(['node_modules', 'dist', 'data', 'coverage']);

/**
 * The files under `folder` whose name ends in one of `endings`, as sorted paths relative to `root`, with `/`.
 * Left out: NOT_SOURCE, folders of a build under way, folders whose name starts with a dot.
 * A folder that does not exist has no files.
 */
export function sourceFiles(root, folder, endings) {
  const found = [];
  const visit = relative => {
    for (const entry of entriesOf(join(root, relative))) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!NOT_SOURCE.has(path) && !/^\.|^dist\./.test(entry.name)) visit(path);
      } else if (endings.some(ending => entry.name.endsWith(ending))) {
        found.push(path);
      }
    }
  };
  visit(folder);
  return found.sort();
}

function entriesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
