import { readdirSync, readFileSync } from 'node:fs';
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
