import type { Writable } from 'node:stream';
import type { Sink } from './sink.ts';

/**
 * Writes events to a stream, each as one line of JSON; delivered is what the stream has handed on. It does not close the
 * stream. `name` tells two such sinks apart.
 */
export function stdoutSink(stream: Writable, name = 'stdout'): Sink {
  // A write's own callback reports the failure; without a listener the stream's event would end the process.
  const ignore = () => {};
  stream.on('error', ignore);
  return {
    name,
    deliver: events =>
      new Promise((resolve, reject) => {
        stream.write(events.map(({ json }) => `${json}\n`).join(''), error => (error ? reject(error) : resolve()));
      }),
    async close() {
      stream.off('error', ignore);
    },
  };
}
