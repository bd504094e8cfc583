export { otlpSink } from './otlp.ts';
export { type SyslogOptions, syslogSink, type SyslogTiming } from './syslog.ts';
export { type HttpSinkOptions, webhookSink } from './webhook.ts';
