import type { ResponseMessage } from '../../kmip-codec/index.ts';
import type { KmipClient } from './client.ts';
import { conversation, conversationVersion, type Connection, type Step, type Subject } from './conversation.ts';

/** Is told what happens, as it happens. */
export interface Onlooker {
  readonly onConnection?: (connection: Connection, client: KmipClient) => void;
  readonly onAnswer?: (step: Step, answer: ResponseMessage) => void;
}

/** Plays a whole conversation, one connection after the other. Returns the key's Unique Identifier; throws as `conversation` does. */
export async function playConversation(
  subject: Subject,
  connect: () => Promise<KmipClient>,
  onlooker: Onlooker = {},
): Promise<string> {
  const connections = conversation(subject);
  for (;;) {
    const next = connections.next();
    if (next.done) return next.value;
    await playConnection(next.value, connect, onlooker);
  }
}

/** Opens a connection, sends each request after the answer to the one before, and closes it. */
export async function playConnection(
  connection: Connection,
  connect: () => Promise<KmipClient>,
  { onConnection, onAnswer }: Onlooker = {},
): Promise<void> {
  const client = await connect();
  try {
    onConnection?.(connection, client);
    const steps = connection.steps();
    for (let next = steps.next(); !next.done;) {
      const answer = await client.send(next.value.request, conversationVersion);
      onAnswer?.(next.value, answer);
      next = steps.next(answer);
    }
  } finally {
    await client.close();
  }
}
