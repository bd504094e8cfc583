// Test cases of one version of KMIP, told in another that has all that they use: the number in their headers is changed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The versions of which there are no cases, and whose cases are told in them. */
const SOURCES = new Map([
  ['1.3', '1.2'],
  ['2.0', '2.1'],
]);

/** Writes cases into the folder, as `NAME_as_VERSION.xml`; returns their paths. Throws Error: no cases are told in this version. */
export function casesAs(version, paths, folder) {
  const source = SOURCES.get(version);
  if (source === undefined) throw new Error(`--as ${version}, one of ${[...SOURCES.keys()].join(', ')} is expected`);
  mkdirSync(folder);
  return paths.flatMap(path => {
    const text = readFileSync(path, 'utf8');
    const told = text.replaceAll(headerOf(source), (_, major, minor) => {
      const [newMajor, newMinor] = version.split('.');
      return `${major}${newMajor}${minor}${newMinor}"`;
    });
    if (told === text) return [];
    const copy = join(folder, `${asCalled(basename(path, '.xml'), version)}.xml`);
    writeFileSync(copy, told);
    return [copy];
  });
}

/** What is expected of the cases themselves is expected of what is told in this version, unless it is said otherwise. */
export function expectedAs(version, expected) {
  return new Map([...[...expected].map(([name, why]) => [asCalled(name, version), why]), ...expected]);
}

const asCalled = (name, version) => `${name}_as_${version}`;

function headerOf(version) {
  const [major, minor] = version.split('.');
  return new RegExp(
    `(<ProtocolVersionMajor type="Integer" value=")${major}("/>\\s*<ProtocolVersionMinor type="Integer" value=")${minor}"`,
    'g',
  );
}
