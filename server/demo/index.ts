export { KmipClient, type ConnectOptions } from './client.ts';
export { registerDemo } from './command.ts';
export * from './conversation.ts';
export { demo, type DemoOptions, type DemoWorld } from './demo.ts';
export { playConnection, playConversation, type Onlooker } from './play.ts';
