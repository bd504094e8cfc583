import type { Writable } from 'node:stream';
import type { DeliveredEvent, Sink } from './sink.ts';

export interface StdoutOptions {
  /** Tells two such sinks apart. */
  readonly name?: string;
  /** An event as one line; its JSON unless given. */
  readonly format?: (event: DeliveredEvent) => string;
}

/** Writes events to a stream, each as one line; delivered is what the stream has handed on. It does not close the stream. */
export function stdoutSink(stream: Writable, options: StdoutOptions = {}): Sink {
  const { name = 'stdout', format = ({ json }) => json } = options;
  // A write's own callback reports the failure; without a listener the stream's event would end the process.
  const ignore = () => {};
  stream.on('error', ignore);
  return {
    name,
    deliver: events =>
      new Promise((resolve, reject) => {
        const lines = events.map(event => `${format(event)}\n`);
        stream.write(lines.join(''), error => (error ? reject(error) : resolve()));
      }),
    async close() {
      stream.off('error', ignore);
    },
  };
}
