import t from 'tap';
import { crnPrefix, defaultServiceIdentity, serviceIdentity } from '../../../server/audit/identity.ts';

t.test("has the events page's words unless they are set", async t => {
  t.strictSame(serviceIdentity(), defaultServiceIdentity);
  const service = serviceIdentity({ instanceId: 'i-1', region: 'eu-de', scope: '' });
  t.equal(crnPrefix(service), 'crn:v1:bluemix:public:hs-crypto:eu-de::i-1:');
});

t.test('refuses a part that would make an invalid event, and names it', async t => {
  const wrong = {
    serviceName: ['a: b', 'a\nbcd', '', 'abcd\u2028', 'abcd\u202e', 'abcd\ud800'],
    instanceId: ['', 'a:b'],
    cname: ['Blue Mix'],
    ctype: ['secret'],
    serviceCrnName: ['hs_crypto'],
    region: ['US'],
    scope: ['x/1', 'a/'],
  } as const;
  for (const [part, values] of Object.entries(wrong)) {
    for (const value of values)
      t.throws(() => serviceIdentity({ [part]: value }), { name: 'TypeError', message: part });
  }
});
