import t from 'tap';
import { ResultReason } from '../../../kmip-codec/registry/enumerations.ts';
import { actionNamed } from '../../../server/audit/actions.ts';
import { allCauses, causeOfReason, causeRow, knownReasons, severityOfFailure } from '../../../server/audit/causes.ts';

t.test('every Result Reason of the registry has a cause, once, and no other has', async t => {
  t.same(
    [...knownReasons].sort(),
    Object.values(ResultReason.values)
      .map(([, name]) => name)
      .sort(),
  );
});

t.test('maps the cause and not the spelling: a wrong state is a conflict', async t => {
  t.equal(causeRow(causeOfReason('Wrong Key Lifecycle State')).code, 409);
  t.equal(causeRow(causeOfReason('Permission Denied')).code, 403);
  t.equal(causeRow(causeOfReason('Object Not Found')).code, 404);
  t.equal(causeRow(causeOfReason('Item Not Found')).code, 404);
  t.equal(causeRow(causeOfReason('Authentication Not Successful')).code, 401);
  t.equal(causeRow(causeOfReason('Invalid Message')).code, 400);
  t.equal(causeRow(causeOfReason('Response Too Large')).code, 413);
  t.equal(causeRow(causeOfReason('Server Limit Exceeded')).code, 413, 'a limit that the request exceeds');
  t.equal(causeRow(causeOfReason('General Failure')).code, 500);
  t.equal(causeOfReason('no such reason'), 'server error');
});

t.test('the codes are those of the table, each once', async t => {
  t.same(
    allCauses.map(cause => causeRow(cause).code),
    [400, 401, 403, 404, 408, 409, 413, 424, 500, 503, 507],
  );
});

t.test("a failure has the code's severity, without one the action's but at least warning", async t => {
  const critical = new Set([401, 403, 500, 503, 507]);
  const withoutRow = new Set([404, 408, 413]);
  const expected = { read: 'warning', activate: 'warning', destroy: 'critical' } as const;
  for (const cause of allCauses) {
    const { code } = causeRow(cause);
    for (const verb of ['read', 'activate', 'destroy'] as const) {
      const row = critical.has(code) ? 'critical' : 'warning';
      const severity = severityOfFailure(actionNamed(`hs-crypto.kmip-key.${verb}`), cause);
      t.equal(severity, withoutRow.has(code) ? expected[verb] : row, `${verb} ${code}`);
    }
  }
});
