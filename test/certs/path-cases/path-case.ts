import type { PathRule } from '../../../certs/index.ts';
import type { Crafted } from '../crafted.ts';

/** What is given to validatePath. */
export interface Chain {
  certificate: Crafted;
  issuers?: readonly Pick<Crafted, 'der'>[];
  root: Crafted;
  crls?: readonly Uint8Array[];
  staleCrl?: 'refuse' | 'accept';
  now?: Date;
}

/** The idea of x509-limbo: each rule with a chain that breaks it and a neighbour that just does not. */
export interface PathCase {
  name: string;
  chain: Chain;
  /** Rule that it breaks, and the certificate that does. Absent: it is accepted. */
  breaks?: readonly [rule: PathRule, where: string];
}
