export { createLogger, type LogFields, type Logger, type LogLevel, type LogOptions, silentLogger } from './logger.ts';
