import { type Craft, type Crafted, now, signed } from './crafted.ts';
import { encodeName, type Name } from './crafted-name.ts';
import { extension } from './crafted-extensions.ts';
import * as der from './der-maker.ts';

export interface CraftCrl extends Pick<Craft, 'hash' | 'pssSalt' | 'algorithm' | 'innerAlgorithm' | 'isForged'> {
  issuer: Crafted;
  /** As the list says, if that is another than the issuer's. */
  issuerName?: Name;
  /** Content octets of their serial numbers, and extensions of the entry. */
  revoked?: readonly { serialNumber: Uint8Array; extensions?: readonly Uint8Array[] }[];
  /** A day before `now` unless said. */
  thisUpdate?: Date;
  /** A day after `now` unless said; null leaves it out. */
  nextUpdate?: Date | null;
  /** 2 unless said. */
  version?: 1 | 2;
  extensions?: readonly Uint8Array[];
}

const DAY_MS = 86_400_000;

/** A revocation list in DER. */
export function craftCrl(craft: CraftCrl): Buffer {
  const { issuer, revoked = [], extensions = [], version = 2 } = craft;
  const thisUpdate = craft.thisUpdate ?? new Date(now.getTime() - DAY_MS);
  const nextUpdate = craft.nextUpdate === undefined ? new Date(now.getTime() + DAY_MS) : craft.nextUpdate;
  return signed(issuer.keys, craft, algorithm => [
    ...(version === 2 ? [der.integer(1)] : []),
    algorithm,
    craft.issuerName ? encodeName(craft.issuerName) : issuer.name,
    der.time(thisUpdate),
    ...(nextUpdate ? [der.time(nextUpdate)] : []),
    ...(revoked.length === 0 ? [] : [der.sequence(...revoked.map(entry))]),
    ...(extensions.length === 0 ? [] : [der.context(0, der.sequence(...extensions))]),
  ]);
}

const entry = ({ serialNumber, extensions = [] }: { serialNumber: Uint8Array; extensions?: readonly Uint8Array[] }) =>
  der.sequence(
    der.element(0x02, serialNumber),
    der.time(new Date(now.getTime() - 2 * DAY_MS)),
    ...(extensions.length === 0 ? [] : [der.sequence(...extensions)]),
  );

export const crlNumber = (number: number): Buffer => extension('2.5.29.20', der.integer(number));
export const deltaIndicator = (): Buffer => extension('2.5.29.27', der.integer(1), true);

/** Fields of the issuing distribution point: 0 a place, 1 end certificates only, 2 authorities only, 3 some reasons, 4 indirect, 5 attributes. */
export function issuingDistributionPoint(...fields: (0 | 1 | 2 | 3 | 4 | 5)[]): Buffer {
  const place = () => der.context(0, der.context(0, der.contextPrimitive(6, Buffer.from('http://a.example/1.crl'))));
  const value = (field: number) =>
    field === 0 ? place() : der.contextPrimitive(field, field === 3 ? Buffer.of(6, 0x40) : Buffer.of(0xff));
  return extension('2.5.29.28', der.sequence(...fields.map(value)), true);
}
