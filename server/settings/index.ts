export { SettingsError } from './error.ts';
export { readSettingsFile } from './file.ts';
export { formatAddress, type ListenAddress } from './kinds.ts';
export { type EffectiveSettings, resolveSettings, shownSettings } from './resolve.ts';
export {
  type FileSinkSetting,
  type OtlpSinkSetting,
  sinkName,
  type SinkFormat,
  type SinkSetting,
  type StdoutSinkSetting,
  syslogPort,
  type SyslogSinkSetting,
  type WebhookSinkSetting,
} from './sinks.ts';
export { suggestion } from './similar.ts';
export {
  ADMIN_PASSPHRASE_VARIABLE,
  ADMIN_VARIABLE,
  CONFIG_VARIABLE,
  fromText,
  type Given,
  readAssignment,
  readEnvironment,
} from './sources.ts';
export { environmentName, type SettingName, settingRows, type Settings } from './table.ts';
