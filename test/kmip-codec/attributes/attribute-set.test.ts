import t from 'tap';
import {
  AttributeSet,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  Name,
  NameType,
  ObjectGroup,
  State,
} from '../../../kmip-codec/index.ts';

const values = (set: AttributeSet) => [...set].map(one => [one.attribute.attributeName, one.index, one.value]);

t.test('an instance gets the index after the highest in use, and keeps it (1.4 §2.1.1)', async t => {
  const set = new AttributeSet().add(ObjectGroup, 'a').add(ObjectGroup, 'b', 5).add(ObjectGroup, 'c');
  t.same(
    set.all(ObjectGroup).map(one => one.index),
    [0, 5, 6],
  );
  t.equal(set.remove(ObjectGroup, 5), 1);
  t.same(
    set.all(ObjectGroup).map(one => one.index),
    [0, 6],
  );
  t.equal(set.find(ObjectGroup, 6)?.value, 'c');
  t.equal(set.find(ObjectGroup, 5), undefined);
  t.equal(set.remove(ObjectGroup, 5), 0);
  set.add(ObjectGroup, 'd');
  t.same(
    set.all(ObjectGroup).map(one => one.index),
    [0, 6, 7],
  );
});

t.test('set replaces in its place, or adds', async t => {
  const set = new AttributeSet()
    .add(ObjectGroup, 'a')
    .add(State, State.PreActive)
    .set(ObjectGroup, 'b')
    .set(ObjectGroup, 'c', 3);
  t.same(values(set), [
    ['Object Group', 0, 'b'],
    ['State', 0, State.PreActive],
    ['Object Group', 3, 'c'],
  ]);
  t.equal(set.get(ObjectGroup), 'b');
});

t.test('remove without an index takes all instances', async t => {
  const set = new AttributeSet().add(ObjectGroup, 'a').add(State, State.Active).add(ObjectGroup, 'b');
  t.equal(set.remove(ObjectGroup), 2);
  t.same(set.names(), ['State']);
  t.notOk(set.has(ObjectGroup));
  t.equal(set.get(ObjectGroup), undefined);
  t.equal(set.size, 1);
});

t.test('custom attributes are told apart by name', async t => {
  const set = new AttributeSet()
    .add(customAttribute('x-a'), customText('1'))
    .add(customAttribute('x-b'), customText('2'));
  t.equal(set.get(customAttribute('x-b'))?.value, '2');
  t.same(set.names(), ['x-a', 'x-b']);
});

t.test('a clone goes its own way', async t => {
  const set = new AttributeSet().add(ObjectGroup, 'a');
  const clone = set.clone().set(ObjectGroup, 'b').add(ObjectGroup, 'c');
  t.same(values(set), [['Object Group', 0, 'a']]);
  t.equal(clone.size, 2);
});

t.test('describe says values in words, several instances as a list', async t => {
  const set = new AttributeSet()
    .add(CryptographicLength, 256)
    .add(CryptographicUsageMask, CryptographicUsageMask.Encrypt | CryptographicUsageMask.Decrypt)
    .add(State, State.Active)
    .add(Name, { nameValue: 'n', nameType: NameType.URI })
    .add(ObjectGroup, 'a')
    .add(ObjectGroup, 'b')
    .add(customAttribute('x-a'), customText('1'));
  t.same(set.describe(), {
    'Cryptographic Length': 256,
    'Cryptographic Usage Mask': ['Encrypt', 'Decrypt'],
    State: 'Active',
    Name: { nameValue: 'n', nameType: 'URI' },
    'Object Group': ['a', 'b'],
    'x-a': '1',
  });
  const odd = new AttributeSet().add(customAttribute('__proto__'), customText('1')).describe();
  t.same(Object.entries(odd), [['__proto__', '1']], 'whatever a client calls it');
});

t.test('thousands of instances of one name cost no walk over each other', async t => {
  const set = new AttributeSet();
  // With a walk for each, this is ten thousand million steps.
  for (let i = 0; i < 100_000; i++) set.add(ObjectGroup, 'a');
  t.equal(set.all(ObjectGroup).at(-1)?.index, 99_999);
});
