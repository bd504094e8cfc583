export interface Cef {
  readonly deviceVendor: string;
  readonly deviceProduct: string;
  readonly deviceVersion: string;
  readonly signatureId: string;
  readonly name: string;
  readonly severity: number;
  readonly extension: ReadonlyMap<string, string>;
}

/** Keys of the extension dictionary that stand for text or a number of the sender's choice, and what labels them. */
const CUSTOM = /^(cs[1-6]|cn[1-3])$/;

/**
 * Reads a line of the Common Event Format, version 0, and nothing that is not exactly that: seven fields, of which `|` and `\` are
 * escaped by `\`; then names of letters and digits with values of which `=` and `\` are escaped, a line's end as `\n` or `\r`.
 */
export function parseCef(line: string): Cef {
  if (/[\r\n]/.test(line)) throw new SyntaxError('more than one line');
  const fields: string[] = [];
  let at = 0;
  while (fields.length < 7) {
    const [whole, field] = /^((?:[^|\\]|\\[|\\])*)\|/.exec(line.slice(at)) ?? [];
    if (whole === undefined || field === undefined)
      throw new SyntaxError(`field ${fields.length + 1} of 7 does not end`);
    fields.push(field.replaceAll(/\\([|\\])/g, '$1'));
    at += whole.length;
  }
  const [version, deviceVendor, deviceProduct, deviceVersion, signatureId, name, severity] = fields as [
    ...[string, string, string, string, string, string, string],
  ];
  if (version !== 'CEF:0') throw new SyntaxError(`version ${version}`);
  if (!/^(\d|10)$/.test(severity)) throw new SyntaxError(`severity ${severity}, must be 0 to 10`);
  for (const field of [deviceVendor, deviceProduct, deviceVersion, signatureId, name])
    if (field === '') throw new SyntaxError('an empty field');
  const extension = parseExtension(line.slice(at));
  for (const key of extension.keys())
    if (CUSTOM.test(key) && !extension.get(`${key}Label`)) throw new SyntaxError(`${key} has no label`);
  return { deviceVendor, deviceProduct, deviceVersion, signatureId, name, severity: Number(severity), extension };
}

function parseExtension(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  let rest = text;
  while (rest !== '') {
    // A value goes on until a space that a name and an unescaped = stand behind.
    const found = /^([A-Za-z0-9]+)=((?:(?! [A-Za-z0-9]+=)(?:[^\\=]|\\[\\=nr]))*)(?: (?=[A-Za-z0-9]+=)|$)/.exec(rest);
    const [whole, key, value] = found ?? [];
    if (whole === undefined || key === undefined || value === undefined)
      throw new SyntaxError(`no name=value: ${rest.slice(0, 80)}`);
    if (pairs.has(key)) throw new SyntaxError(`${key} stands twice`);
    pairs.set(
      key,
      value.replaceAll(/\\(.)/g, (_, escaped: string) => ENDS[escaped] ?? escaped),
    );
    rest = rest.slice(whole.length);
  }
  return pairs;
}

const ENDS: Readonly<Record<string, string>> = { n: '\n', r: '\r' };
