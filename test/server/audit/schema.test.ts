import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { validateEvent } from '../../../server/audit/schema.ts';

const eventsIn = (folder: string) =>
  readdirSync(new URL(`./${folder}/`, import.meta.url)).map(
    name => [name, JSON.parse(readFileSync(new URL(`./${folder}/${name}`, import.meta.url), 'utf8'))] as const,
  );

t.test('accepts every example', async t => {
  const examples = eventsIn('examples');
  t.equal(examples.length, 12);
  for (const [name, event] of examples) t.equal(validateEvent(event), undefined, name);
});

t.test('refuses every event that is spoilt in one place', async t => {
  const spoilt = eventsIn('invalid');
  t.equal(spoilt.length, 28);
  for (const [name, event] of spoilt) t.type(validateEvent(event), 'string', name);
});

t.test('says where and what, without the value', async t => {
  const event = eventsIn('examples')[0]?.[1];
  t.equal(validateEvent({ ...event, eventTime: 'secret' })?.startsWith('/eventTime must match pattern'), true);
  t.notMatch(validateEvent({ ...event, eventTime: 'secret' }), /secret/);
});

t.test('the schema is one by JSON Schema 2020-12', async t => {
  const schema = new URL('../../../server/audit/event.schema.json', import.meta.url);
  const ajv = new Ajv2020();
  t.ok(ajv.validateSchema(JSON.parse(readFileSync(schema, 'utf8'))), ajv.errorsText());
});
