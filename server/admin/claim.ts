/** The key by which somebody says to have signed, for the event of the refusal; nothing when it does not have the form of one. */
export function claimIn(headers: Readonly<Record<string, string | undefined>>): { claimedKeyId?: string } {
  const claimedKeyId = /;keyid="([0-9a-f]{64})"/.exec(headers['signature-input'] ?? '')?.[1];
  return claimedKeyId === undefined ? {} : { claimedKeyId };
}
