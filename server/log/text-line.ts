/** A JSON line of the log as a line for people: `2026-11-22T07:33:07.990Z WARN  message name=value`. */
export function textLine(json: string): string {
  const { level, time, message, error, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const facts = Object.entries(fields).map(([name, value]) => `${name}=${fact(value)}`);
  if (error !== undefined) facts.push(`error=${fact(errorText(error))}`);
  return `${[time, String(level).toUpperCase().padEnd(5), oneLine(message), ...facts].join(' ')}\n`;
}

function errorText(error: unknown): unknown {
  const { type, message, stack } = (error ?? {}) as { type?: unknown; message?: unknown; stack?: unknown };
  return message === undefined ? error : stack === undefined ? `${type}: ${message}` : stack;
}

/** Bare where it is one word, as JSON otherwise, so that a line stays one line. */
function fact(value: unknown): string {
  return typeof value === 'string' && /^[\w.:@/[\]+-]+$/.test(value) ? value : JSON.stringify(value);
}

function oneLine(message: unknown): string {
  return String(message).replaceAll(/\p{Cc}/gu, found => JSON.stringify(found).slice(1, -1));
}
