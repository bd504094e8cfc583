import t from 'tap';
import {
  EndpointRole,
  InteropFunction,
  Operation,
  PKCS11Function,
  PKCS11ReturnCode,
  State,
  V2_0,
  V2_1,
  type RequestOf,
} from '../../../kmip-codec/index.ts';
import { openWorld } from './world.ts';

const { OK, CRYPTOKI_NOT_INITIALIZED, CRYPTOKI_ALREADY_INITIALIZED, FUNCTION_NOT_SUPPORTED, HOST_MEMORY } =
  PKCS11ReturnCode;

t.test('Log writes the message to the log (2.1 §6.1.29)', async t => {
  const world = await openWorld(t);
  for (const version of [V2_0, V2_1]) {
    world.version = version;
    t.same(await world.run(Operation.Log, { logMessage: 'begin' }), {});
  }
  t.same(world.said, Array(2).fill(['a client says', { logMessage: 'begin' }]));
});

t.test('Ping is answered with nothing (2.1 §6.1.36)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  t.same(await world.run(Operation.Ping, {}), {});
});

t.test('the server stays the server (2.1 §6.1.54)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const { Client, Server } = EndpointRole;
  t.same(await world.run(Operation.SetEndpointRole, { endpointRole: Server }), { endpointRole: Server });
  t.equal(await world.outcome(Operation.SetEndpointRole, { endpointRole: Client }), 'Feature Not Supported');
});

t.test(
  'Begin and End of a test change nothing, Reset destroys every object with an event each (2.1 §6.1.26)',
  async t => {
    const world = await openWorld(t);
    world.version = V2_1;
    const [first, second] = [await world.createKey(), await world.createKey()];
    await world.run(Operation.Activate, { uniqueIdentifier: second });
    const run = (interopFunction: number, interopIdentifier = 'CASE-1') =>
      world.outcome(Operation.Interop, { interopFunction, interopIdentifier } as RequestOf<typeof Operation.Interop>);
    for (const step of [InteropFunction.Begin, InteropFunction.End]) t.equal(await run(step), 'Success');
    t.equal((await world.objects.find(first))?.state, 'Pre-Active');
    t.same(world.alsoDone, []);

    t.equal(await run(InteropFunction.Reset), 'Success');
    for (const key of [first, second]) {
      const object = await world.objects.find(key);
      t.equal(object?.attributes.get(State), State.Destroyed);
      t.equal(object?.hasMaterial, false);
    }
    t.same(
      new Set(world.alsoDone),
      new Set([first, second].map(uniqueIdentifier => ({ operation: Operation.Destroy, uniqueIdentifier }))),
    );
    world.alsoDone.length = 0;
    const third = await world.createKey();
    t.equal(await run(InteropFunction.Reset), 'Success', 'and again');
    t.same(world.alsoDone, [{ operation: Operation.Destroy, uniqueIdentifier: third }]);
    t.equal(await run(InteropFunction.Begin, ''), 'Invalid Field');
  },
);

t.test('PKCS#11 is initialized, tells about itself and is finalized (2.1 §6.1.37)', async t => {
  const world = await openWorld(t);
  world.version = V2_1;
  const call = (pkcs11Function: number, more: Partial<RequestOf<typeof Operation.PKCS_11>> = {}) =>
    world.run(Operation.PKCS_11, { pkcs11Function, ...more } as RequestOf<typeof Operation.PKCS_11>);
  const { C_Initialize, C_GetInfo, C_Finalize, C_GetSlotList } = PKCS11Function;
  const one = await call(C_Initialize, { pkcs11InputParameters: Buffer.from([1]) });
  t.equal(one.pkcs11ReturnCode, OK);
  const { correlationValue } = one;
  t.equal((await call(C_Initialize, { correlationValue })).pkcs11ReturnCode, CRYPTOKI_ALREADY_INITIALIZED);

  const info = await call(C_GetInfo, { correlationValue, pkcs11Interface: 'PKCS 11' });
  t.match(info, { pkcs11ReturnCode: OK, pkcs11Function: C_GetInfo, pkcs11Interface: 'PKCS 11' });
  const bytes = Buffer.from(info.pkcs11OutputParameters!);
  t.equal(bytes.length, 2 + 32 + 8 + 32 + 2);
  t.equal(bytes.subarray(2, 34).toString(), 'kmipd'.padEnd(32));

  t.equal((await call(C_GetInfo)).pkcs11ReturnCode, CRYPTOKI_NOT_INITIALIZED);
  t.equal((await call(C_Finalize)).pkcs11ReturnCode, CRYPTOKI_NOT_INITIALIZED);
  t.equal((await call(C_GetSlotList, { correlationValue })).pkcs11ReturnCode, FUNCTION_NOT_SUPPORTED);
  t.equal((await call(C_Finalize, { correlationValue })).pkcs11ReturnCode, OK);

  const request = (more: object) => ({ pkcs11Function: C_GetInfo, ...more }) as RequestOf<typeof Operation.PKCS_11>;
  const outcome = (more: object) => world.outcome(Operation.PKCS_11, request(more));
  t.equal(await outcome({ correlationValue }), 'Invalid Asynchronous Correlation Value', 'which ends it');
  t.equal(await outcome({ pkcs11Interface: 'Vendor' }), 'PKCS#11 Invalid Interface');
  t.equal(await outcome({ pkcs11Function: 0x80000001 }), 'PKCS#11 Invalid Function');
  t.equal(await outcome({ pkcs11InputParameters: Buffer.from([1]) }), 'PKCS#11 Codec Error');

  const codes = [];
  for (let i = 0; i < 4; i++) codes.push((await call(C_Initialize)).pkcs11ReturnCode);
  t.same(codes, [OK, OK, OK, HOST_MEMORY], 'of one client no more than it may have at once');
  world.later(60);
  t.equal((await call(C_Initialize)).pkcs11ReturnCode, OK, 'and what it forgets ends by itself');
});
