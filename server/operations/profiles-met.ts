/** The profiles that docs/conformance.md finds met, by their version. Written by scripts/conformance-doc.mjs. */
export const profilesMet: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  [
    '1.4',
    [
      'Baseline Server',
      'Symmetric Key Lifecycle Server',
      'Opaque Managed Object Store Server',
      'Storage Array with Self Encrypting Drive Server',
      'Basic Cryptographic Server',
      'HTTPS Server',
      'XML Server',
    ],
  ],
  [
    '2.1',
    [
      'Baseline Server',
      'Symmetric Key Lifecycle Server',
      'Opaque Managed Object Store Server',
      'Storage Array with Self Encrypting Drive Server',
      'Basic Cryptographic Server',
      'HTTPS Server',
      'XML Server',
      'JSON Server',
      'AES XTS Server',
      'Quantum Safe Server',
    ],
  ],
]);
