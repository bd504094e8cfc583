import { fileSink, formatterOf, type ServiceIdentity, type Sink, stdoutSink } from '../audit/index.ts';
import { type Settings, sinkName, type SinkSetting, syslogPort } from '../settings/index.ts';
import { otlpSink, syslogSink, webhookSink } from '../sinks/index.ts';

export interface SinksOptions {
  readonly settings: Settings;
  readonly service: ServiceIdentity;
  readonly now: () => Date;
  /** Where a sink of type stdout writes. */
  readonly stdout?: NodeJS.WritableStream | undefined;
}

/** The sinks that the settings name. Throws TypeError when one of them needs a standard output and there is none. */
export const sinksOf = (options: SinksOptions): Sink[] =>
  options.settings.audit.sinks.map(setting => sinkOf(setting, options));

function sinkOf(setting: SinkSetting, { service, now, stdout }: SinksOptions): Sink {
  const name = sinkName(setting);
  const format = formatterOf(setting.format ?? 'event', service);
  switch (setting.type) {
    case 'file':
      return fileSink(setting.path, { ...setting, name, format, now });
    case 'stdout':
      if (stdout === undefined) throw new TypeError('a sink of type stdout needs a standard output');
      return stdoutSink(stdout as Parameters<typeof stdoutSink>[0], { name, format });
    case 'syslog':
      return syslogSink({ ...setting, port: syslogPort(setting) }, { name, format, serviceName: service.serviceName });
    case 'webhook':
      return webhookSink(setting, { name, format, now });
    case 'otlp':
      return otlpSink(setting, { name, format, now, service });
  }
}
