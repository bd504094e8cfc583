export {
  type Delivery,
  type DeliveryOptions,
  type DeliveryProblem,
  type DeliveryTiming,
  startDelivery,
} from './delivery.ts';
export { fileSink } from './file-sink.ts';
export type { DeliveredEvent, Sink } from './sink.ts';
export { stdoutSink } from './stdout-sink.ts';
