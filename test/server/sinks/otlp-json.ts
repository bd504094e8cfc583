export interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string;
}
export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}
export interface OtlpRecord {
  readonly attributes: readonly OtlpAttribute[];
  readonly body: OtlpValue;
}
/** ExportLogsServiceRequest, as far as tests look into it. */
export interface OtlpRequest {
  readonly resourceLogs: readonly {
    readonly resource: object;
    readonly scopeLogs: readonly { readonly logRecords: readonly OtlpRecord[] }[];
  }[];
}

type Check = (value: unknown, at: string) => string | undefined;

const want =
  (isRight: (value: unknown) => boolean, expected: string): Check =>
  (value, at) =>
    isRight(value) ? undefined : `${at}: ${JSON.stringify(value)}, ${expected} is expected`;
const matching = (pattern: RegExp, expected: string) =>
  want(value => typeof value === 'string' && pattern.test(value), expected);
const wholeNumber = (max: number) =>
  want(value => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max, `a number up to ${max}`);

const text = want(value => typeof value === 'string', 'text');
/** ProtoJSON writes 64-bit numbers as decimal strings. */
const fixed64 = matching(/^(0|[1-9]\d{0,19})$/, 'a decimal string');
const int64 = matching(/^(0|-?[1-9]\d{0,18})$/, 'a decimal string');
/** OTLP deviates from ProtoJSON here: hex, not base64. */
const hex = (bytes: number) => matching(new RegExp(`^([0-9a-f]{${bytes * 2}})?$`, 'i'), `${bytes} bytes in hex`);

const list =
  (item: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at}: a list is expected`;
    return firstOf(value.map((each, i) => item(each, `${at}[${i}]`)));
  };
/** Members in lowerCamelCase; one that the message does not have is a fault, though a lenient reader would skip it. */
const message =
  (members: Readonly<Record<string, Check>>, { isOneOf = false } = {}): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at}: a message is expected`;
    const given = Object.entries(value);
    if (isOneOf && given.length !== 1) return `${at}: exactly one member is expected`;
    return firstOf(
      given.map(([name, each]) =>
        Object.hasOwn(members, name) ? members[name]!(each, `${at}.${name}`) : `${at}.${name}: no such field`,
      ),
    );
  };
const firstOf = (problems: readonly (string | undefined)[]) => problems.find(problem => problem !== undefined);

const anyValue: Check = (value, at) =>
  message(
    {
      ...{ stringValue: text, intValue: int64, boolValue: want(value => typeof value === 'boolean', 'true or false') },
      ...{ doubleValue: want(value => typeof value === 'number', 'a number'), bytesValue: text },
      arrayValue: message({ values: list(anyValue) }),
      kvlistValue: message({ values: list(keyValue) }),
    },
    { isOneOf: true },
  )(value, at);
const keyValue: Check = (value, at) => message({ key: text, value: anyValue })(value, at);
const attributes = list(keyValue);
const dropped = wholeNumber(2 ** 32 - 1);

const logRecord = message({
  ...{ timeUnixNano: fixed64, observedTimeUnixNano: fixed64, severityNumber: wholeNumber(24), severityText: text },
  ...{ body: anyValue, attributes, droppedAttributesCount: dropped, flags: dropped },
  ...{ traceId: hex(16), spanId: hex(8), eventName: text },
});
const scope = message({ name: text, version: text, attributes, droppedAttributesCount: dropped });
const scopeLogs = message({ scope, logRecords: list(logRecord), schemaUrl: text });
const resource = message({ attributes, droppedAttributesCount: dropped });
const resourceLogs = message({ resource, scopeLogs: list(scopeLogs), schemaUrl: text });

/** What in a body is not as opentelemetry-proto (logs/v1, common/v1, resource/v1) and its JSON encoding say, or undefined. */
export const otlpProblem = (body: unknown): string | undefined =>
  message({ resourceLogs: list(resourceLogs) })(body, '$');
