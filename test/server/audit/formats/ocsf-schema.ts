/**
 * JSON Schema of the Open Cybersecurity Schema Framework's class API Activity (6003), version 1.9.0, with the profile record_integrity, as far as
 * kmipd uses it: attributes that are not here are refused, those of a host or an address (`ip`, `hostname`, `svc_name`) too.
 */
const closed = (properties: object, ...required: string[]) => ({
  ...{ type: 'object', properties, required },
  additionalProperties: false,
});
const text = { type: 'string', minLength: 1 };
const anyText = { type: 'string' };
const integer = { type: 'integer' };
const oneOf = (...values: (number | string)[]) => ({ enum: values });

const sha256 = {
  ...{ algorithm_id: { const: 3 }, algorithm: { const: 'SHA-256' } },
  value: { pattern: '^[0-9a-f]{64}$', ...text },
};
const jcs = { serialization_id: { const: 2 }, serialization: { const: 'JCS' } };
const hex = { encoding_id: { const: 1 }, encoding: { const: 'Hex' } };
const attestation = closed(
  {
    ...{ uid: text, authority_uid: text, chain_uid: text },
    fingerprint: closed({ ...sha256, ...jcs, ...hex }, 'algorithm_id', 'serialization_id', 'value'),
  },
  'fingerprint',
);
/** `unmapped` is the source's own: here, what chains the records of the log. */
const recordIntegrity = closed(
  { ...sha256, v: { const: 1 }, previous: sha256.value },
  ...['algorithm_id', 'algorithm', 'value', 'v', 'previous'],
);
const user = closed({ uid: text, name: anyText, type_id: oneOf(0, 1, 2, 3, 99), type: text }, ...['uid', 'type_id']);
const activities = [
  [0, 'Unknown'],
  [1, 'Create'],
  [2, 'Read'],
  [3, 'Update'],
  [4, 'Delete'],
] as const;

export const apiActivity = {
  ...closed(
    {
      activity_id: oneOf(0, 1, 2, 3, 4, 99),
      activity_name: text,
      category_uid: { const: 6 },
      category_name: { const: 'Application Activity' },
      class_uid: { const: 6003 },
      class_name: { const: 'API Activity' },
      type_uid: integer,
      type_name: text,
      severity_id: oneOf(0, 1, 2, 3, 4, 5, 6, 99),
      severity: text,
      // Milliseconds since 1970.
      time: { type: 'integer', minimum: 1_577_836_800_000 },
      message: text,
      status_id: oneOf(0, 1, 2, 99),
      status: text,
      status_code: text,
      status_detail: text,
      raw_data: text,
      actor: closed({ user }, 'user'),
      api: closed(
        {
          operation: text,
          request: closed({ uid: text, data: { type: 'object' } }, 'uid'),
          response: closed({ code: integer, message: text, data: { type: 'object' } }),
          service: closed({ name: text, uid: text }),
        },
        'operation',
      ),
      src_endpoint: closed({ uid: text }, 'uid'),
      resources: { type: 'array', minItems: 1, items: closed({ uid: text, name: anyText, type: text }, 'uid') },
      metadata: closed(
        {
          // The first version with the profile.
          version: { const: '1.9.0' },
          profiles: { type: 'array', items: { const: 'record_integrity' }, minItems: 1 },
          product: closed({ name: text, vendor_name: text, version: text }, 'vendor_name'),
          uid: text,
          log_name: text,
          sequence: { type: 'integer', minimum: 1 },
          correlation_uid: text,
          original_time: text,
        },
        ...['version', 'product', 'profiles'],
      ),
      attestation_list: { type: 'array', minItems: 1, items: attestation },
      unmapped: closed({ record_integrity: recordIntegrity }, 'record_integrity'),
    },
    ...['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'],
    ...['actor', 'api', 'src_endpoint', 'attestation_list', 'unmapped'],
  ),
  allOf: [
    // type_uid = class_uid * 100 + activity_id; names as the class has them. 99 is Other, named by the source.
    ...activities.map(([activity_id, activity_name]) =>
      given(
        { activity_id },
        { type_uid: 600_300 + activity_id, activity_name, type_name: `API Activity: ${activity_name}` },
      ),
    ),
    given({ activity_id: 99 }, { type_uid: 600_399 }),
    ...[
      [1, 'Success'],
      [2, 'Failure'],
    ].map(([status_id, status]) => given({ status_id }, { status })),
    ...[
      [1, 'Informational'],
      [3, 'Medium'],
      [5, 'Critical'],
    ].map(([severity_id, severity]) => given({ severity_id }, { severity })),
  ],
};

function given(those: object, these: object) {
  const constants = (values: object) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { const: value as unknown }]));
  return {
    if: { properties: constants(those), required: Object.keys(those) },
    then: { properties: constants(these), required: Object.keys(these) },
  };
}
