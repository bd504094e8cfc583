import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { SettingsError } from './error.ts';
import type { Given } from './sources.ts';
import { settingRows, type SettingName } from './table.ts';
import { suggestion } from './similar.ts';

/**
 * What a settings file says, in YAML, each with its place as `FILE:LINE:COLUMN`. Values are not yet checked.
 * Throws SettingsError for text that is not YAML and for names that are no setting.
 */
export function readSettingsFile(fileName: string, content: string): Given[] {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${fileName}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw new SettingsError(`${place(error.pos[0])}: ${error.message.replaceAll(/\s+/g, ' ')}`);
  if (document.contents === null) return [];
  if (!isMap(document.contents)) throw new SettingsError(`${fileName}:1:1: a mapping of settings is expected`);
  return [...entries(document.contents, '')];

  function* entries(map: YAMLMap, prefix: string): Generator<Given> {
    for (const { key, value } of map.items) {
      const at = place((key as { range?: [number, number, number] } | null)?.range?.[0] ?? 0);
      const name = `${prefix}${isScalar(key) ? String(key.value) : '?'}`;
      if (settingRows.has(name as SettingName)) {
        const node = value as { range?: [number, number, number]; toJS?: (owner: unknown) => unknown } | null;
        const range = node?.range;
        yield { name: name as SettingName, value: node?.toJS?.(document), place: range ? place(range[0]) : at };
      } else if (![...settingRows.keys()].some(each => each.startsWith(`${name}.`))) {
        throw new SettingsError(`${at}: ${name}: no such setting${suggestion(name, settingRows.keys())}`);
      } else if (isMap(value)) {
        yield* entries(value, `${name}.`);
      } else if (!isScalar(value) || value.value !== null) {
        throw new SettingsError(`${at}: ${name}: a mapping of settings is expected`);
      }
    }
  }
}
