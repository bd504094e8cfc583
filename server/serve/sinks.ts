import { fileSink, type Sink, stdoutSink } from '../audit/index.ts';
import { sinkName, type Settings } from '../settings/index.ts';

/** The sinks that the settings name. `stdout`: where one of type stdout writes. */
export const sinksOf = ({ audit }: Settings, stdout: NodeJS.WritableStream | undefined): Sink[] =>
  audit.sinks.map(setting => {
    const name = sinkName(setting);
    if (setting.type === 'file') return { ...fileSink(setting.path), name };
    if (setting.type !== 'stdout') throw new TypeError(`${name}: sinks of type ${setting.type} are not there yet`);
    if (stdout === undefined) throw new TypeError('a sink of type stdout needs a standard output');
    return stdoutSink(stdout as Parameters<typeof stdoutSink>[0], name);
  });
