import { ipAddressOctets } from '../../certs/ip-address.ts';

/** Where the clients of this test come from, and what their certificates and attributes name. */
export const ADDRESS = '127.77.66.55';
export const LOOPBACK_6 = '::1';
export const DASHED = '127-77-66-55';

const packed = Buffer.from(ipAddressOctets(ADDRESS)!);
const mapped = Buffer.from(ipAddressOctets(`::ffff:${ADDRESS}`)!);
const loopback = Buffer.from(ipAddressOctets(LOOPBACK_6)!);
const numbers = [...packed];
const hex = packed.toString('hex');
const reversed = Buffer.from(packed).reverse();

/** The IPv4 address in every form that does not occur by chance in a file of some megabytes, each under what it is. */
export const longForms: ReadonlyMap<string, readonly Buffer[]> = named({
  [ADDRESS]: ADDRESS,
  'reversed for DNS': numbers.toReversed().join('.'),
  dashes: [DASHED, numbers.join('_')],
  commas: [numbers.join(), numbers.join(', ')],
  octal: numbers.map(number => `0${number.toString(8)}`).join('.'),
  'hexadecimal parts': numbers.map(number => `0x${number.toString(16)}`).join('.'),
  'mapped to IPv6': [`${hex.slice(0, 4)}:${hex.slice(4)}`, `${hex.slice(0, 4)}:${hex.slice(4)}`.toUpperCase()],
  hexadecimal: [hex, hex.toUpperCase(), reversed.toString('hex')],
  'hexadecimal in pairs': [hex.match(/../g)!.join(' '), hex.match(/../g)!.join(':'), hex.match(/../g)!.join('-')],
  decimal: [`${packed.readUInt32BE()}`, `${packed.readUInt32LE()}`],
  'mapped and packed': [mapped, mapped.toString('base64').slice(0, -3)],
});

/** Those that are too short to be looked for anywhere but in events and text. */
export const shortForms: ReadonlyMap<string, readonly Buffer[]> = named({
  packed: [packed, reversed, packed.toString('latin1')],
  'packed, in base64': [packed.toString('base64').slice(0, -3)],
  [LOOPBACK_6]: [LOOPBACK_6, '0:0:0:0:0:0:0:1', '0000:0000:0000:0001', '1.0.0.0.0.0.0.0', loopback.toString('hex')],
  [`${LOOPBACK_6} packed`]: loopback,
});

export const allForms = new Map([...longForms, ...shortForms]);

/** The IPv4 address as a client writes it into byte strings. */
export const asBytes: readonly Buffer[] = [packed, mapped, loopback, Buffer.from(ADDRESS), Buffer.from(hex)];

/** Texts of a client that are an address, or hold one. */
export const asTexts: readonly string[] = [
  ADDRESS,
  `${ADDRESS}:5696`,
  `::ffff:${ADDRESS}`,
  '::ffff:7f4d:4237',
  '::FFFF:7F4D:4237',
  LOOPBACK_6,
  `[${LOOPBACK_6}]:443`,
  '0:0:0:0:0:0:0:1',
  `https://${ADDRESS}/ui`,
  `https://[${LOOPBACK_6}]/ui`,
  `root@${ADDRESS}`,
  `host ${ADDRESS} (esx), once ${LOOPBACK_6}`,
  `55.66.77.127.in-addr.arpa`,
  JSON.stringify({ host: ADDRESS, also: [LOOPBACK_6] }),
  `${'long '.repeat(300)}${ADDRESS}`,
  `１２７.77.66.55`,
  `127.77\u200b.66.55`,
];

function named(forms: Readonly<Record<string, Buffer | string | readonly (Buffer | string)[]>>) {
  return new Map(
    Object.entries(forms).map(([name, given]) => {
      const list = typeof given === 'string' || Buffer.isBuffer(given) ? [given] : given;
      return [name, list.map(form => Buffer.from(form as string))] as const;
    }),
  );
}
