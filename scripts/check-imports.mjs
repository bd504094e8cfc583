// Keeps who imports whom as docs/architecture.md draws it. The tables below are the rule; the rest applies them.
//
//   node scripts/check-imports.mjs [ROOT]
//
// Exit code: 0 nothing found, 1 somebody imports what is not theirs to import.
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { sourceFiles } from './source-files.mjs';

/** What every room of the server may name in a type: time, randomness and the log are passed in. */
const PASSED_IN = ['server/clock', 'server/randomness', 'server/log'];
const LOWEST = ['server/store', 'server/root-key', 'server/audit', 'server/chain', 'server/credentials'];
const OPERATIONS = ['server/operations', 'server/objects', ...LOWEST];

/**
 * Rooms, from the top of the house down. `imports`: the rooms whose code a room may use; `types`: those it may only
 * name in an `import type`. A room always may import itself. `all`: it puts the others together, so it may import any.
 */
const ROOMS = new Map([
  ['server/cli', { all: true }],
  ['server/serve', { all: true, except: ['server/cli'] }],
  [
    'server/admin',
    {
      imports: ['certs', 'server/data-folder', 'server/expiry', 'server/settings', ...PASSED_IN, ...LOWEST],
      types: ['server/storage-marks'],
    },
  ],
  [
    'server/metrics',
    {
      imports: ['server/audit'],
      types: ['server/expiry', 'server/settings', 'server/sinks', 'server/storage-marks', 'server/store', ...PASSED_IN],
    },
  ],
  ['server/expiry', { imports: ['certs', 'server/store', 'server/audit'], types: PASSED_IN }],
  [
    'server/kmip',
    {
      imports: ['kmip-codec', 'certs', 'server/settings', ...PASSED_IN, ...OPERATIONS],
      types: ['server/storage-marks'],
    },
  ],
  ['server/conformance', { imports: ['kmip-codec', 'certs'], types: PASSED_IN }],
  ['server/demo', { all: true, except: ['server/cli'] }],
  [
    'server/data-folder',
    { imports: ['certs', 'server/settings', 'server/randomness', ...LOWEST, 'server/store/sqlite'], types: PASSED_IN },
  ],
  [
    'server/operations',
    {
      imports: [
        'kmip-codec',
        'certs',
        'server/objects',
        'server/cryptography',
        'server/split-keys',
        'server/randomness',
        ...LOWEST,
      ],
      types: PASSED_IN,
    },
  ],
  ['server/cryptography', { imports: ['kmip-codec'], types: PASSED_IN }],
  ['server/objects', { imports: ['kmip-codec', 'certs', ...LOWEST], types: PASSED_IN }],
  [
    'server/store',
    { imports: ['kmip-codec', 'server/chain', 'server/store/sqlite'], types: ['certs', 'server/audit', ...PASSED_IN] },
  ],
  [
    'server/store/sqlite',
    { imports: ['kmip-codec', 'server/chain', 'server/store'], types: ['certs', 'server/audit', ...PASSED_IN] },
  ],
  ['server/credentials', { imports: ['kmip-codec'], types: ['certs', ...PASSED_IN] }],
  ['server/root-key', { imports: ['kmip-codec'], types: ['certs', ...PASSED_IN] }],
  ['server/storage-marks', { imports: ['server/audit'], types: ['server/store', 'server/settings', ...PASSED_IN] }],
  [
    'server/sinks',
    { imports: ['server/audit', 'server/chain'], types: ['server/settings', 'server/store', ...PASSED_IN] },
  ],
  [
    'server/log-keeper',
    {
      imports: ['server/audit', 'server/chain', 'server/data-folder', 'server/settings'],
      types: ['server/store', ...PASSED_IN],
    },
  ],
  ['server/audit', { imports: ['kmip-codec', 'server/chain'], types: ['certs', 'server/store', ...PASSED_IN] }],
  ['server/chain', { imports: [] }],
  ['server/split-keys', { imports: [], types: PASSED_IN }],
  ['server/settings', { imports: ['certs'] }],
  ['server/log', { imports: [] }],
  ['server/clock', { imports: [] }],
  ['server/randomness', { imports: [] }],
  ['certs', { imports: [] }],
  ['kmip-codec', { imports: [] }],
]);

/** Libraries, and the rooms that speak to them. One that is not listed here is nobody's. */
const LIBRARIES = new Map([
  ['better-sqlite3', ['server/store/sqlite']],
  ['asn1js', ['certs']],
  ['pkijs', ['certs']],
  ['@peculiar/webcrypto', ['certs']],
  ['commander', ['server/cli', 'server/conformance', 'server/demo']],
  ['yaml', ['server/settings', 'server/cli']],
  ['pino', ['server/log', 'server/serve', 'server/cli']],
  ['ajv', ['server/admin', 'server/audit', 'server/settings']],
  ['prom-client', ['server/metrics']],
]);

/** What a room may have of Node itself; a room that is not listed may have all of it. */
const BUILTINS = new Map([
  ['kmip-codec', { only: ['buffer'], reason: 'the codec does no I/O' }],
  ['server/chain', { only: ['buffer', 'crypto'], reason: 'the mathematics of the log do no I/O' }],
  [
    'server/audit',
    {
      not: ['net', 'tls', 'http', 'https', 'http2', 'dgram', 'dns'],
      reason: 'the audit code is never handed a socket, so that no event can name a host address',
    },
  ],
]);

const SOURCE_FOLDERS = ['server', 'kmip-codec', 'certs'];

const root = resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const files = SOURCE_FOLDERS.flatMap(folder => sourceFiles(root, folder, ['.ts']));
const faults = files.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
console.log(`imports: ${files.length} files, ${faults.length} wrong`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** One line for each import of the file that breaks a rule: place, import, rule. */
function faultsOf(path) {
  const room = roomOf(path);
  if (!room) return [`${path}:1: stands in no room that scripts/check-imports.mjs knows`];
  return importsOf(path).flatMap(({ line, specifier, isTypeOnly }) => {
    const rule = specifier.startsWith('.')
      ? fileFault(path, room, specifier, isTypeOnly)
      : moduleFault(room, specifier);
    return rule ? [`${path}:${line}: imports '${specifier}': ${rule}`] : [];
  });
}

/** The rule that importing a file of ours breaks, or undefined. */
function fileFault(path, room, specifier, isTypeOnly) {
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (target === 'package.json' && ROOMS.get(room).all) return undefined;
  const targetRoom = roomOf(target);
  if (!targetRoom) return `${target} stands in no room that the server is built from`;
  const right = rightTo(room, targetRoom);
  if (right === 'none') return `${room} may not import ${targetRoom}`;
  if (right === 'types' && !isTypeOnly) return `${room} may import only types of ${targetRoom} (import type)`;
  const folder = posix.dirname(target);
  const isInside = path.startsWith(`${folder}/`);
  if (!isInside && posix.basename(target) !== 'index.ts') return `from outside, ${folder} is its index.ts`;
  return undefined;
}

/** The rule that importing a library or a part of Node breaks, or undefined. */
function moduleFault(room, specifier) {
  const name = specifier.replace(/^node:/, '');
  if (specifier.startsWith('node:') || builtinModules.includes(name)) {
    const { only, not, reason } = BUILTINS.get(room) ?? {};
    const [builtin] = name.split('/');
    return only?.includes(builtin) === false || not?.includes(builtin)
      ? `${room} may not have node:${builtin}: ${reason}`
      : undefined;
  }
  const library = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0];
  const users = LIBRARIES.get(library);
  if (!users) return `${library} is not among the libraries of scripts/check-imports.mjs`;
  return users.includes(room) ? undefined : `only ${users.join(', ')} may import ${library}`;
}

/** The innermost room that a path stands in. A file directly in server/ is a room by its own name. */
function roomOf(path) {
  const isIn = room => path.startsWith(`${room}/`) || path === `${room}.ts`;
  return [...ROOMS.keys()].filter(isIn).sort((a, b) => b.length - a.length)[0];
}

function rightTo(room, target) {
  const { all = false, except = [], imports = [], types = [] } = ROOMS.get(room);
  if (room === target || imports.includes(target)) return 'all';
  if (all && !except.includes(target)) return 'all';
  return types.includes(target) ? 'types' : 'none';
}

/** Every module a file names: import, export from, import(), import type, require(). `line` counts from 1. */
function importsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node, literal, isTypeOnly) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    if (literal && ts.isStringLiteralLike(literal)) found.push({ line, specifier: literal.text, isTypeOnly });
  };
  const visit = node => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importsOnlyTypes(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node)) add(node, ts.isLiteralTypeNode(node.argument) && node.argument.literal, true);
    else if (ts.isCallExpression(node) && isModuleCall(node.expression)) add(node, node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function importsOnlyTypes(clause) {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every(element => element.isTypeOnly);
}

function isModuleCall(expression) {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(expression) && expression.text === 'require';
}
