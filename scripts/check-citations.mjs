// Looks up every citation of the KMIP specification, such as "2.1 §6.1.19" or "1.4 §4.11, §4.12", in the
// specification's text. "Encodings 1.0 §4.1.3" cites the additional message encodings.
//
//   node scripts/check-citations.mjs [ROOT]
//
// KMIP_SPEC: the folder of the texts, by default ../shared/kmip/spec beside ROOT.
// Exit code: 0 all found or no texts to look in, 1 something is cited that does not exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceFiles } from './source-files.mjs';

/** The texts by the name that a citation uses: "1.4", or "Encodings 1.0". */
const TEXTS = [
  { fileName: /^kmip-spec-v(\d+\.\d+)\.txt$/, name: version => version },
  { fileName: /^kmip-addtl-msg-enc-v(\d+\.\d+)\.txt$/, name: version => `Encodings ${version}` },
];

const SECTION = String.raw`§\s?(?:[A-Z]\b|\d+(?:\.\d+)*)`;
/** A version and one or more sections of it. A comment may break its line between the two. */
const CITATION = new RegExp(
  String.raw`(?<!TLS )(?<![\w.])(Encodings )?(\d\.\d)(?:\s+(?:\*|//)?\s*)(${SECTION}(?:(?:,| and| or| to|;|–|-|/)?\s*${SECTION})*)`,
  'g',
);

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const folder = resolve(process.env.KMIP_SPEC ?? join(root, '../shared/kmip/spec'));
process.exitCode = main();

function main() {
  if (!existsSync(folder)) {
    console.log(`citations: left out, no specification at ${relative(process.cwd(), folder)}`);
    return 0;
  }
  const sections = sectionsOf(folder);
  if (sections.size === 0) {
    console.error(`citations: ${folder} holds no text named like kmip-spec-v1.4.txt`);
    return 1;
  }
  const citations = sourceFiles(root, '', ['.ts', '.mjs', '.md']).flatMap(citationsIn);
  const wrong = citations.filter(({ text, section }) => !sections.get(text)?.has(section));
  for (const { place, text, section } of wrong) {
    const found = sections.has(text) ? 'no such section' : `no such text, there are ${[...sections.keys()].join(', ')}`;
    console.error(`${place}: ${text} §${section}: ${found}`);
  }
  console.log(`citations: ${citations.length} looked up, ${wrong.length} wrong`);
  return wrong.length === 0 ? 0 : 1;
}

/** Section numbers (and letters of appendices) by the text's name. */
function sectionsOf(directory) {
  const sections = new Map();
  for (const file of readdirSync(directory).sort()) {
    for (const { fileName, name } of TEXTS) {
      const version = fileName.exec(file)?.[1];
      if (version) sections.set(name(version), contentsOf(readFileSync(join(directory, file), 'utf8')));
    }
  }
  return sections;
}

/** The section numbers in the table of contents: lines like "  437-440   2.1.1 Attribute" before the text's first heading. */
function contentsOf(text) {
  const numbers = new Set();
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) break;
    const number = /^\s*\d+-\d+\s+(?:Appendix\s+)?([A-Z]|\d+(?:\.\d+)*)\.?\s/.exec(line)?.[1];
    if (number) numbers.add(number);
  }
  return numbers;
}

function citationsIn(path) {
  const content = readFileSync(join(root, path), 'utf8');
  return [...content.matchAll(CITATION)].flatMap(match => {
    const [, encodings = '', version, list] = match;
    const place = `${path}:${content.slice(0, match.index).split('\n').length}`;
    return [...list.matchAll(/§\s?([A-Z]|\d+(?:\.\d+)*)/g)].map(([, section]) => ({
      place,
      text: `${encodings}${version}`,
      section,
    }));
  });
}
