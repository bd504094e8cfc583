export { type Backlog, type BacklogReader, backlogOf } from './backlog.ts';
export type { DeliveryProblem, SinkState } from './courier.ts';
export { type Delivery, type DeliveryOptions, startDelivery } from './delivery.ts';
export { fileSink } from './file-sink.ts';
export { type DeliveredEvent, type Sink, type Taken, TryLater } from './sink.ts';
export { stdoutSink } from './stdout-sink.ts';
export type { DeliveryTiming } from './timing.ts';
