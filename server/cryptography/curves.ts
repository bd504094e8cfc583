import { RecommendedCurve } from '../../kmip-codec/index.ts';

/** An elliptic curve: its number in KMIP, its object identifier (SEC 2, RFC 5639), bits and OpenSSL's name. */
export interface Curve {
  readonly curve: number;
  readonly oid: string;
  readonly bits: number;
  readonly name: string;
}

const row = (curve: number, oid: string, bits: number, name: string): Curve => ({ curve, oid, bits, name });
const certicom = '1.3.132.0';
const brainpool = '1.3.36.3.3.2.8.1.1';

/** Curves of short Weierstrass form: 2.1 §11.42, 1.4 §9.1.3.2.5. Those of characteristic two as far as OpenSSL has them. */
export const curves: readonly Curve[] = [
  row(RecommendedCurve.P_192, '1.2.840.10045.3.1.1', 192, 'prime192v1'),
  row(RecommendedCurve.K_163, `${certicom}.1`, 163, 'sect163k1'),
  row(RecommendedCurve.B_163, `${certicom}.15`, 163, 'sect163r2'),
  row(RecommendedCurve.P_224, `${certicom}.33`, 224, 'secp224r1'),
  row(RecommendedCurve.K_233, `${certicom}.26`, 233, 'sect233k1'),
  row(RecommendedCurve.B_233, `${certicom}.27`, 233, 'sect233r1'),
  row(RecommendedCurve.P_256, '1.2.840.10045.3.1.7', 256, 'prime256v1'),
  row(RecommendedCurve.K_283, `${certicom}.16`, 283, 'sect283k1'),
  row(RecommendedCurve.B_283, `${certicom}.17`, 283, 'sect283r1'),
  row(RecommendedCurve.P_384, `${certicom}.34`, 384, 'secp384r1'),
  row(RecommendedCurve.K_409, `${certicom}.36`, 409, 'sect409k1'),
  row(RecommendedCurve.B_409, `${certicom}.37`, 409, 'sect409r1'),
  row(RecommendedCurve.P_521, `${certicom}.35`, 521, 'secp521r1'),
  row(RecommendedCurve.K_571, `${certicom}.38`, 571, 'sect571k1'),
  row(RecommendedCurve.B_571, `${certicom}.39`, 571, 'sect571r1'),
  row(RecommendedCurve.SECP256K1, `${certicom}.10`, 256, 'secp256k1'),
  row(RecommendedCurve.BRAINPOOLP160R1, `${brainpool}.1`, 160, 'brainpoolP160r1'),
  row(RecommendedCurve.BRAINPOOLP192R1, `${brainpool}.3`, 192, 'brainpoolP192r1'),
  row(RecommendedCurve.BRAINPOOLP224R1, `${brainpool}.5`, 224, 'brainpoolP224r1'),
  row(RecommendedCurve.BRAINPOOLP256R1, `${brainpool}.7`, 256, 'brainpoolP256r1'),
  row(RecommendedCurve.BRAINPOOLP320R1, `${brainpool}.9`, 320, 'brainpoolP320r1'),
  row(RecommendedCurve.BRAINPOOLP384R1, `${brainpool}.11`, 384, 'brainpoolP384r1'),
  row(RecommendedCurve.BRAINPOOLP512R1, `${brainpool}.13`, 512, 'brainpoolP512r1'),
];

/** The curve of this KMIP number, or undefined. */
export const findCurve = (recommendedCurve: number): Curve | undefined =>
  curves.find(({ curve }) => curve === recommendedCurve);
/** The curve that OpenSSL calls so, or undefined. */
export const findCurveByName = (name: string | undefined): Curve | undefined => curves.find(one => one.name === name);
